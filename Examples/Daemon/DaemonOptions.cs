using System.Net;

namespace Concurrency.Examples.Daemon;

/// <summary>What the command line asks for.</summary>
internal sealed record DaemonOptions
{
    public static readonly string[] ComponentNames = ["http", "udp", "files", "signals"];

    public IPEndPoint Http { get; init; } = new(IPAddress.Loopback, 0);

    public IPEndPoint Udp { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The users file; null to create one in a temporary directory.</summary>
    public string? UsersFile { get; init; }

    /// <summary>The log file; null for stderr.</summary>
    public string? LogFile { get; init; }

    public IReadOnlyDictionary<string, string> Executors { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, int> Capacities { get; init; } = new Dictionary<string, int>();

    /// <summary>How long the daemon drives itself; null to serve until a signal stops it.</summary>
    public TimeSpan? Drive { get; init; }

    /// <summary>Whether to drive a daemon under each of the 81 assignments of executors to components.</summary>
    public bool Matrix { get; init; }
}
