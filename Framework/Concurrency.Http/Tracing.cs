using System.Diagnostics;
using Concurrency.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Concurrency.Http;

/// <summary>Reads the client's trace, at no cost while nobody listens.</summary>
internal static class Tracing
{
    private static readonly ActivitySource s_activities = new(ConcurrencyTelemetry.Name);

    public static ActivityContext ContextOf(IHeaderDictionary headers) =>
        s_activities.HasListeners()
        && ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var context) ? context : default;
}
