namespace Concurrency.Executors;

/// <summary>The counters of several workers together.</summary>
internal readonly record struct PoolTotals(long Accepted, long Started, long Executed, long Failed, long LongTurns, long RunMilliseconds)
{
    public PoolTotals Plus(PoolWorker worker)
    {
        // Executed is read first: a worker never seems to have ended more turns than it began.
        var executed = worker.Executed;
        return new(
            Accepted + worker.Accepted,
            Started + worker.Started,
            Executed + executed,
            Failed + worker.Failed,
            LongTurns + worker.Watch.LongTurns,
            RunMilliseconds + worker.Watch.RunMilliseconds);
    }
}
