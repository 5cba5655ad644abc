namespace Concurrency.Scopes;

/// <summary>How a <see cref="TimeoutScope"/> is named and measured.</summary>
public sealed record TimeoutScopeOptions
{
    /// <summary>Names the scope in messages. The default is "timeout".</summary>
    public string Name { get; init; } = "timeout";

    /// <summary>The clock; null for that of the current executor, or the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    internal void ThrowIfInvalid()
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            throw new ArgumentException($"A time limit cannot be named '{Name}': messages would not say which it was. Use a name, or leave the default.", nameof(Name));
        }
    }
}
