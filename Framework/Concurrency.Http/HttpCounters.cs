namespace Concurrency.Http;

internal sealed class HttpCounters
{
    private long _received;
    private long _refused;
    private long _rejected;
    private long _late;
    private long _unanswered;
    private long _successes;
    private long _redirections;
    private long _clientErrors;
    private long _serverErrors;
    private long _gone;

    public long Rejected => Interlocked.Read(ref _rejected);

    public void Received() => Interlocked.Increment(ref _received);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void RejectedFull() => Interlocked.Increment(ref _rejected);

    public void DeadlineExceeded() => Interlocked.Increment(ref _late);

    public void Unanswered() => Interlocked.Increment(ref _unanswered);

    /// <summary>Counts the end of a request.</summary>
    /// <param name="status">The status of its answer, or 0 if the client did not get a whole one.</param>
    public void Ended(int status)
    {
        switch (status)
        {
            case 0:
                Interlocked.Increment(ref _gone);
                break;
            case < 300:
                Interlocked.Increment(ref _successes);
                break;
            case < 400:
                Interlocked.Increment(ref _redirections);
                break;
            case < 500:
                Interlocked.Increment(ref _clientErrors);
                break;
            default:
                Interlocked.Increment(ref _serverErrors);
                break;
        }
    }

    public HttpStatistics Snapshot()
    {
        // Ends are read before beginnings, so that no request seems to have ended before it was received.
        var ended = new HttpStatistics
        {
            Refused = Interlocked.Read(ref _refused),
            Rejected = Interlocked.Read(ref _rejected),
            DeadlineExceeded = Interlocked.Read(ref _late),
            Unanswered = Interlocked.Read(ref _unanswered),
            Successes = Interlocked.Read(ref _successes),
            Redirections = Interlocked.Read(ref _redirections),
            ClientErrors = Interlocked.Read(ref _clientErrors),
            ServerErrors = Interlocked.Read(ref _serverErrors),
            ClientGone = Interlocked.Read(ref _gone),
        };
        var received = Interlocked.Read(ref _received);
        return ended with { Received = received, InFlight = received - ended.Answered - ended.ClientGone };
    }
}
