namespace Concurrency.Sources.Signals;

/// <summary>The signals of this process.</summary>
internal sealed class SystemSignals : SignalRoute
{
    private SystemSignals()
    {
    }

    public static SystemSignals Instance { get; } = new();

    public override SignalDelivery Delivery => SignalHook.HasRun ? SignalDelivery.SignalThread : SignalDelivery.ThreadPool;

    public override ValueTask TestAsync() => SignalDispatcher.TestAsync();

    public override void Add(SignalInbox inbox, int[] numbers) => SignalDispatcher.Add(inbox, numbers);

    public override void Remove(SignalInbox inbox, int[] numbers) => SignalDispatcher.Remove(inbox, numbers);
}
