namespace Concurrency.Scopes;

/// <summary>What a scope knows about one running child.</summary>
internal struct ScopePlace
{
    /// <summary>The child's name; null when nobody has the place.</summary>
    public string? Name;

    /// <summary>The child's own task, where somebody else completes it after the child has left.</summary>
    public Task? Task;

    /// <summary>The delegate that is to be called; afterwards the task that it has returned.</summary>
    public object? Work;

    /// <summary>The next free place, or -1.</summary>
    public int NextFree;
}
