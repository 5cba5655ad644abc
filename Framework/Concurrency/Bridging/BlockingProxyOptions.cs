namespace Concurrency.Bridging;

/// <summary>What a proxy of <see cref="BlockingProxy"/> does other than usual.</summary>
public sealed record BlockingProxyOptions
{
    /// <summary>Names of methods of the interface that do not block: they run at once in the caller.</summary>
    public IReadOnlyCollection<string> Inline { get; init; } = [];

    /// <summary>Interfaces of which a returned object becomes a proxy, too, with the same options.</summary>
    public IReadOnlyCollection<Type> Wrap { get; init; } = [];
}
