namespace Concurrency.Services.Components;

/// <summary>How a host's components end.</summary>
public sealed class ComponentHostOptions
{
    /// <summary>The time for all phases of the shutdown together; above zero. The default is 10 s.</summary>
    /// <remarks>The host's own <c>HostOptions.ShutdownTimeout</c> (30 s by default) cuts it short when it is smaller.</remarks>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The part of <see cref="ShutdownTimeout"/> kept for handlers that were cancelled to clean up. The default is 1 s.</summary>
    public TimeSpan CancellationTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the host shows itself as not ready before it stops accepting, so that a load balancer can see it. The default is zero.</summary>
    public TimeSpan UnreadyTime { get; set; }

    /// <summary>Whether SIGTERM, SIGINT and SIGQUIT stop the host: the first in phases, the second at once. The default is true.</summary>
    public bool HandleSignals { get; set; } = true;

    internal void Validate()
    {
        Require(ShutdownTimeout > TimeSpan.Zero, nameof(ShutdownTimeout), ShutdownTimeout, "Use a time above zero.");
        Require(CancellationTime >= TimeSpan.Zero && CancellationTime <= ShutdownTimeout, nameof(CancellationTime), CancellationTime,
            $"Use zero or more, and at most ShutdownTimeout, which is {ShutdownTimeout}.");
        Require(UnreadyTime >= TimeSpan.Zero && UnreadyTime < ShutdownTimeout, nameof(UnreadyTime), UnreadyTime,
            $"Use zero or more, and less than ShutdownTimeout, which is {ShutdownTimeout}.");
    }

    private static void Require(bool condition, string name, TimeSpan value, string advice)
    {
        if (!condition)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The component host cannot have {name} = {value}. {advice}");
        }
    }
}
