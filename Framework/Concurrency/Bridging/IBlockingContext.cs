namespace Concurrency.Bridging;

/// <summary>How synchronous code waits for asynchronous work: the seam that lets the same code run on threads and on a bridge.</summary>
/// <remarks>
/// The outermost layer chooses: <see cref="ThreadBlockingContext"/> blocks the thread, <see cref="BridgeBlockingContext"/> waits in a bridge. The layers
/// between take the interface and need no change.
/// </remarks>
public interface IBlockingContext
{
    /// <summary>Starts asynchronous work and waits until it has ended.</summary>
    /// <param name="work">Gets a token that it should obey.</param>
    void Wait(Func<CancellationToken, Task> work);

    /// <summary>Starts asynchronous work and waits for its result.</summary>
    /// <inheritdoc cref="Wait(Func{CancellationToken, Task})"/>
    T Wait<T>(Func<CancellationToken, Task<T>> work);
}
