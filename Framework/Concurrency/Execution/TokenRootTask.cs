namespace Concurrency.Execution;

/// <summary>New work with a token of its caller.</summary>
internal abstract class TokenRootTask<TResult>(Executor executor, CancellationToken cancellationToken) : RootTask<TResult>(executor)
{
    private LinkedCancellation? _linked;

    protected sealed override CancellationToken CallerToken => cancellationToken;

    protected sealed override CancellationToken WorkToken()
    {
        var stopping = Executor.Stopping;
        if (!cancellationToken.CanBeCanceled)
        {
            return stopping;
        }

        if (!stopping.CanBeCanceled)
        {
            return cancellationToken;
        }

        _linked = new LinkedCancellation(cancellationToken, stopping);
        return _linked.Token;
    }

    protected sealed override void LeaveTokens() => _linked?.Unlink();
}
