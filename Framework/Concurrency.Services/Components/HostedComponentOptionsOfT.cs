using Concurrency.Patterns;

namespace Concurrency.Services.Components;

/// <summary>How a component of a host runs; configuration under <c>Components:&lt;name&gt;</c> overrides what code sets.</summary>
/// <typeparam name="T">The event.</typeparam>
public sealed class HostedComponentOptions<T> : ComponentOptions<T>
{
    /// <summary>
    /// The executor: the name of one registered with <c>AddExecutor</c>, or a specification such as "cooperative", "thread" or
    /// "pool:4". The default "cooperative" is one loop that all components share which do not choose otherwise; every other
    /// specification makes an executor for this component alone. Configuration key: <c>Executor</c>.
    /// </summary>
    public string Executor { get; set; } = "cooperative";

    /// <summary>Events that may wait in the source's channel; null for the source's own default. Configuration key: <c>Capacity</c>.</summary>
    /// <remarks>Has an effect only where the source is made by a factory that receives these options.</remarks>
    public int? Capacity { get; set; }
}
