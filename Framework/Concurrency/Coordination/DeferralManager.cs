namespace Concurrency.Coordination;

/// <summary>Lets the one who raises an event wait for its asynchronous handlers; for one raising of one event.</summary>
/// <remarks>All members are safe to call from any thread.</remarks>
public sealed class DeferralManager
{
    private readonly AsyncCountdownEvent _pending = new(0);

    /// <summary>Makes a manager without deferrals.</summary>
    public DeferralManager() => DeferralSource = new Source(_pending);

    /// <summary>What the arguments of the event hand to its handlers.</summary>
    public IDeferralSource DeferralSource { get; }

    /// <summary>Completes when all deferrals have been disposed; called when the handlers have returned.</summary>
    public Task WaitForDeferralsAsync() => _pending.WaitAsync();

    private sealed class Source(AsyncCountdownEvent pending) : IDeferralSource
    {
        public IDisposable GetDeferral()
        {
            pending.AddCount();
            return new Deferral(pending);
        }
    }

    private sealed class Deferral(AsyncCountdownEvent pending) : IDisposable
    {
        private AsyncCountdownEvent? _pending = pending;

        public void Dispose() => Interlocked.Exchange(ref _pending, null)?.Signal();
    }
}
