using System.Diagnostics;

namespace Concurrency.Diagnostics;

/// <summary>The names under which the framework reports to .NET's metrics and tracing.</summary>
public static class ConcurrencyTelemetry
{
    /// <summary>The name of the meter and of the source of the activities of handled events: what an exporter subscribes to.</summary>
    public const string Name = "Concurrency";

    /// <summary>The name of the source of the activities of scopes and their children; of its own, because there may be very many.</summary>
    public const string ScopesName = "Concurrency.Scopes";

    internal static ActivitySource Activities { get; } = new(Name);

    internal static ActivitySource Scopes { get; } = new(ScopesName);

    /// <summary>The trace context of the caller, to be carried by an event as a link; default when nobody listens.</summary>
    /// <remarks>Costs one comparison when no listener is attached.</remarks>
    public static ActivityContext CaptureContext() =>
        Activities.HasListeners() ? Activity.Current?.Context ?? default : default;
}
