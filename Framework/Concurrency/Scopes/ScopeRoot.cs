using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>A child of a scope that runs on an executor: new work, promise of its end, and entry in the scope at once.</summary>
internal sealed class ScopeRoot<TResult>(TaskScope scope, Executor executor, Delegate work, int place)
    : RootTask<TResult>(executor)
{
    public override Delegate Work => work;

    // The place has no name any more once the child has left it.
    public override string? GivenName => scope.Places.At(place).Name;

    // The scope looks at every failure of its children.
    protected override bool HasOwner => true;

    protected override CancellationToken CallerToken => scope.CancellationToken;

    protected override Task Start(CancellationToken cancellationToken)
    {
        scope.EnterFlow();
        return NotNull(((Func<CancellationToken, Task>)work)(cancellationToken));
    }

#pragma warning disable VSTHRD002 // the task has completed
    protected override TResult ResultOf(Task completed) => completed is Task<TResult> task ? task.Result : default!;
#pragma warning restore VSTHRD002

    // One link between scope and executor serves all children.
    protected override CancellationToken WorkToken() => scope.TokenOn(Executor);

    protected override void OnEnded() => scope.OnChildEnded(place, Task);
}
