using System.Diagnostics;

namespace Concurrency.Sources.Pumps;

/// <summary>Gives events a trace to link to, when somebody listens.</summary>
internal static class SourceTracing
{
    private static readonly ActivitySource s_activities = new("Concurrency.Sources");

    /// <summary>A short producer activity's context; default when nobody listens.</summary>
    public static ActivityContext Capture(string operation)
    {
        if (!s_activities.HasListeners())
        {
            return default;
        }

        using var activity = s_activities.StartActivity(operation, ActivityKind.Producer);
        return activity?.Context ?? Activity.Current?.Context ?? default;
    }
}
