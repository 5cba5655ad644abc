namespace Concurrency.Bench.Simulations;

/// <summary>The least that a loop for async methods can be: a queue on the calling thread.</summary>
internal sealed class FifoLoop : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

    public override void Post(SendOrPostCallback d, object? state) => _queue.Enqueue((d, state));

    public override SynchronizationContext CreateCopy() => this;

    public void Run(IEnumerable<Func<Task>> works)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            var tasks = works.Select(work => work()).ToArray();
            while (_queue.TryDequeue(out var next))
            {
                next.Callback(next.State);
            }

            Task.WhenAll(tasks).GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
