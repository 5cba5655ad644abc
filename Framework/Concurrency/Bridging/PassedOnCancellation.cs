using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Bridging;

/// <summary>The token of asynchronous work that a bridge has started and waits for: a cancellation of the bridge goes there.</summary>
[SuppressMessage("Design", "CA1001", Justification =
    "The token source has neither a timer nor a link, so there is nothing to release, and a late Cancel must find it alive.")]
internal sealed class PassedOnCancellation
{
    private readonly CancellationTokenSource _source = new();
    private int _isOver;

    public CancellationToken Token => _source.Token;

    /// <summary>Decides that the work is told, unless the wait for it is over: then the next wait is.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _isOver, 1, 0) == 0;

    public void Cancel() => _source.Cancel();

    public void End() => Interlocked.Exchange(ref _isOver, 1);
}
