using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Connects the token of a scope with the executors on which its children run: once for each, not once for each child.</summary>
internal sealed class ScopeLinks(CancellationToken scopeToken)
{
    private readonly QuietLock _gate = new();
    private List<(Executor Executor, LinkedCancellation Link)>? _others;
    private volatile Tuple<Executor, CancellationToken>? _latest;
    private bool _ended;

    /// <summary>A token that is cancelled when the scope or the executor is.</summary>
    public CancellationToken TokenOn(Executor executor)
    {
        // Nearly all children of a scope run in one place: no lock for those.
        if (_latest is { } latest && ReferenceEquals(latest.Item1, executor))
        {
            return latest.Item2;
        }

        using (_gate.EnterScope())
        {
            var token = executor.Stopping.CanBeCanceled ? FindOrLink(executor) : scopeToken;
            _latest = Tuple.Create(executor, token);
            return token;
        }
    }

    /// <summary>Lets go of the executors: the scope has ended.</summary>
    public void Unlink()
    {
        using (_gate.EnterScope())
        {
            _ended = true;
            _others?.ForEach(static other => other.Link.Unlink());
            _others = null;
        }
    }

    private CancellationToken FindOrLink(Executor executor)
    {
        foreach (var (known, link) in _others ?? [])
        {
            if (ReferenceEquals(known, executor))
            {
                return link.Token;
            }
        }

        if (_ended)
        {
            return scopeToken;
        }

        var added = new LinkedCancellation(scopeToken, executor.Stopping);
        (_others ??= []).Add((executor, added));
        return added.Token;
    }
}
