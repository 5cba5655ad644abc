namespace Concurrency.Executors;

/// <summary>The counters of several workers together.</summary>
internal readonly record struct PoolTotals
{
    public long Accepted { get; init; }

    public long Started { get; init; }

    public long Executed { get; init; }

    public long Failed { get; init; }

    public long LongTurns { get; init; }

    public long RunMilliseconds { get; init; }

    public PoolTotals Plus(PoolWorker worker)
    {
        // Executed is read first: a worker never seems to have ended more turns than it began.
        var executed = worker.Executed;
        return new PoolTotals
        {
            Accepted = Accepted + worker.Accepted,
            Started = Started + worker.Started,
            Executed = Executed + executed,
            Failed = Failed + worker.Failed,
            LongTurns = LongTurns + worker.Watch.LongTurns,
            RunMilliseconds = RunMilliseconds + worker.Watch.RunMilliseconds,
        };
    }
}
