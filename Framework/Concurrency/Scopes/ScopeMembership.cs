using Concurrency.Diagnostics;

namespace Concurrency.Scopes;

/// <summary>A scope's place in the tree, from its opening until it is disposed.</summary>
internal readonly struct ScopeMembership : IDisposable
{
    private readonly TaskScope _scope;
    private readonly TaskScope? _parent;
    private readonly int _place;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Opens the place.</summary>
    /// <param name="scope">The scope that is opened.</param>
    /// <param name="parent">Is to wait for it and to cancel it; null for neither.</param>
    public ScopeMembership(TaskScope scope, TaskScope? parent)
    {
        _scope = scope;
        _parent = parent;
        if (parent is not null)
        {
            _place = parent.Enter(scope.Name, null);
            _registration = parent.CancellationToken.UnsafeRegister(static state =>
            {
                var (parent, scope) = ((TaskScope, TaskScope))state!;
                scope.CancelFromOutside(parent.ReasonForOthers());
            }, (parent, scope));
        }

        LiveObjects.Add(scope);
    }

    public void Dispose()
    {
        LiveObjects.Remove(_scope);
        _registration.Unregister();
        _parent?.Leave(_place);
    }
}
