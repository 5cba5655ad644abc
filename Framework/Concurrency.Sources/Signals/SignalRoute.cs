namespace Concurrency.Sources.Signals;

/// <summary>The way on which signals come to the inboxes of sources.</summary>
/// <remarks>The system's own is <see cref="SystemSignals"/>; a simulation puts its own in the place of it.</remarks>
internal abstract class SignalRoute
{
    /// <summary>How signals come; known after <see cref="TestAsync"/>.</summary>
    public abstract SignalDelivery Delivery { get; }

    /// <summary>Finds out how signals come.</summary>
    public abstract ValueTask TestAsync();

    /// <summary>Gives an inbox the signals of some numbers from now on.</summary>
    public abstract void Add(SignalInbox inbox, int[] numbers);

    /// <summary>Takes the signals away again.</summary>
    public abstract void Remove(SignalInbox inbox, int[] numbers);
}
