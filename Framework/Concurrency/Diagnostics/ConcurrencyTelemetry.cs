using System.Diagnostics;

namespace Concurrency.Diagnostics;

/// <summary>The names under which the framework reports to .NET's metrics and tracing.</summary>
public static class ConcurrencyTelemetry
{
    /// <summary>The name of the meter and of the activity source: what an exporter subscribes to.</summary>
    public const string Name = "Concurrency";

    internal static ActivitySource Activities { get; } = new(Name);

    /// <summary>The trace context of the caller, to be carried by an event as a link; default when nobody listens.</summary>
    /// <remarks>Costs one comparison when no listener is attached.</remarks>
    public static ActivityContext CaptureContext() =>
        Activities.HasListeners() ? Activity.Current?.Context ?? default : default;
}
