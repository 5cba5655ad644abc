using System.Globalization;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Concurrency.Inspection;

/// <summary>Where a <see cref="SnapshotServer"/> listens, and what a client may cost.</summary>
public sealed record SnapshotServerOptions
{
    /// <summary>The fewest characters of a <see cref="Token"/>.</summary>
    public const int ShortestToken = 16;

    private static readonly TimeSpan s_longestIdle = TimeSpan.FromDays(1);

    /// <summary>The UNIX domain socket; <c>{pid}</c> in it is replaced by the number of the process. Null for none.</summary>
    /// <remarks>Only the user of the process may connect. Of a path so long that the system has no room for it, the error says how long it may be.</remarks>
    public string? SocketPath { get; init; }

    /// <summary>The TCP ports of the loopback address 127.0.0.1 to try, in order; null for none.</summary>
    public PortRange? TcpPorts { get; init; }

    /// <summary>What a client of the TCP port has to say first, as <c>token …</c>: 16 printable characters or more without spaces. Required with <see cref="TcpPorts"/>.</summary>
    public string? Token { get; init; }

    /// <summary>How many clients each listener serves at a time, 1 to 64; each has a thread. Who comes too many is told so. Clients of the TCP port count from their <see cref="Token"/> on, for which they have 5 s. The default is 4.</summary>
    public int MaximumClients { get; init; } = 4;

    /// <summary>The longest line that a client may send, in bytes, 16 to 65,536. The default is 256.</summary>
    public int MaximumLineLength { get; init; } = 256;

    /// <summary>How many objects an answer shows at most, 1 or more. The default is 10,000.</summary>
    public int MaximumObjects { get; init; } = 10_000;

    /// <summary>A client is disconnected when so much time has passed since its last command, also if it does not take the answer: up to a day, or <see cref="Timeout.InfiniteTimeSpan"/>. The default is 5 minutes.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether clients may turn <see cref="TaskTracking"/> with stacks on and off, which costs the process time and memory. The default is false.</summary>
    public bool AllowsTracking { get; init; }

    /// <summary>The clock of <see cref="IdleTimeout"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives where the server listens and who was refused; the default logs nowhere.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary><see cref="Logger"/> for threads on which nobody catches what it throws.</summary>
    internal ILogger Log => SafeLogger.Around(Logger);

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(Logger);
        if (SocketPath is null && TcpPorts is null)
        {
            throw new ArgumentException("The snapshot server has nowhere to listen. Give a SocketPath, or TcpPorts with a Token.");
        }

        if (SocketPath is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(SocketPath);
        }

        RequireToken();
        RequireCount(MaximumClients, 1, 64, nameof(MaximumClients));
        RequireCount(MaximumLineLength, 16, 65_536, nameof(MaximumLineLength));
        RequireCount(MaximumObjects, 1, int.MaxValue, nameof(MaximumObjects));
        if ((IdleTimeout <= TimeSpan.Zero || IdleTimeout > s_longestIdle) && IdleTimeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(IdleTimeout), IdleTimeout,
                $"The idle timeout was {IdleTimeout}. Give a time above zero up to {s_longestIdle}, or Timeout.InfiniteTimeSpan.");
        }
    }

    private static void RequireCount(int value, int smallest, int largest, string name)
    {
        if (value < smallest || value > largest)
        {
            throw new ArgumentOutOfRangeException(name, value, string.Create(
                CultureInfo.InvariantCulture, $"{name} was {value}. Give {smallest} to {largest}."));
        }
    }

    private void RequireToken()
    {
        if (TcpPorts is null)
        {
            return;
        }

        if (Token is null || Token.Length < ShortestToken || Token.Any(static letter => letter is <= ' ' or > '~'))
        {
            // The token itself stays out of the message, which may be logged.
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The token of the TCP port {TcpPorts} has {Token?.Length ?? 0} characters or others than printable ones of ASCII. Give {ShortestToken} or more without spaces, from a random source."));
        }

        if (Token.Length + SnapshotCommands.TokenCommand.Length + 1 > MaximumLineLength)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The token has {Token.Length} characters and a line {MaximumLineLength} at most. Raise MaximumLineLength, or give a shorter token."));
        }
    }
}
