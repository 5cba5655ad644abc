namespace Concurrency.Patterns;

/// <summary>Says what a <see cref="Component"/> does when its handler throws.</summary>
public enum ComponentErrorPolicy
{
    /// <summary>The component stops and its <see cref="Component.Completion"/> fails.</summary>
    Stop,

    /// <summary>The failure is logged and counted; the component goes on with the next event.</summary>
    Isolate,

    /// <summary>
    /// The failure is logged and counted; the component goes on after a wait that grows with each failure in a row, and
    /// makes its source anew when that failed. Too many failures in a period stop it.
    /// </summary>
    Restart,
}
