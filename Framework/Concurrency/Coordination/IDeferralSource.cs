namespace Concurrency.Coordination;

/// <summary>What the arguments of an event offer to handlers that go on after they have returned.</summary>
public interface IDeferralSource
{
    /// <summary>Makes the one who raised the event wait.</summary>
    /// <returns>Ends the wait when it is disposed; a second time it does nothing.</returns>
    IDisposable GetDeferral();
}
