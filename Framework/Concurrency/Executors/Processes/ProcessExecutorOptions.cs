using System.Globalization;
using Concurrency.Time;
using Microsoft.Extensions.Logging;

namespace Concurrency.Executors.Processes;

/// <summary>Options of a <see cref="ProcessExecutor"/>.</summary>
public sealed record ProcessExecutorOptions
{
    /// <summary>The smallest <see cref="MaximumFrameBytes"/>: each failure report fits into it.</summary>
    internal const int SmallestFrame = 64 * 1024;

    private const int MostWorkers = 1024;
    private const int MostPerWorker = 10_000;
    private const int LargestQueue = 10_000_000;
    private const int LargestFrame = 1024 * 1024 * 1024;

    private readonly int? _minimumWorkers;

    /// <summary>The name in statistics, logs and messages; not empty.</summary>
    public string Name { get; init; } = "process";

    /// <summary>Workers that are kept, and replaced when they crash, once they were needed; 0 to <see cref="MaximumWorkers"/>. The default is one for each processor, and no more than that maximum.</summary>
    public int MinimumWorkers
    {
        get => _minimumWorkers ?? Math.Min(Environment.ProcessorCount, MaximumWorkers);
        init => _minimumWorkers = value;
    }

    /// <summary>Workers at most; 1 to 1024. One is started when a request waits and none is free.</summary>
    public int MaximumWorkers { get; init; } = Environment.ProcessorCount;

    /// <summary>Requests that a worker is given at a time; 1 to 10,000. More than one is for asynchronous work, and a crash takes all of them along.</summary>
    public int RequestsPerWorker { get; init; } = 1;

    /// <summary>Requests that may be queued as written JSON, 1 to 10,000,000; callers beyond wait for a place, or are refused.</summary>
    public int QueueLimit { get; init; } = 1024;

    /// <summary>Whether a request fails with <c>ExecutorRejectedException</c> when the queue is full, instead of waiting for a place in the order of the calls.</summary>
    public bool RejectWhenFull { get; init; }

    /// <summary>How long a worker above the minimum stays without a request. The default is 1 min; <see cref="Timeout.InfiniteTimeSpan"/> keeps it.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After how many requests a worker ends and another takes its place, against leaks; 1 or more, null for never.</summary>
    public int? RequestsPerLifetime { get; init; }

    /// <summary>The largest request or reply, in bytes with its name and trace context; 64 KiB to 1 GiB. The default is 16 MiB.</summary>
    public int MaximumFrameBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long cancelled work may go on before its worker is killed and replaced. The default is 5 s; <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan CancellationGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a new process may take until it answers. The default is 30 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long disposal lets cancelled work, and a worker its end, before it kills the process. The default is 5 s.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many crashes and failed starts within <see cref="CrashPeriod"/> stop further starts until the period has passed; 1 or more. The default is 10.</summary>
    public int CrashLimit { get; init; } = 10;

    /// <summary>The time over which crashes are counted. The default is 30 s.</summary>
    public TimeSpan CrashPeriod { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The wait before a start after the second and each further crash or failed start without a reply in between.</summary>
    public Backoff RestartBackoff { get; init; } = new();

    /// <summary>The program to start; null for this one.</summary>
    /// <remarks>By default <see cref="Environment.ProcessPath"/>, with the path of the program's own library as first argument if that is the <c>dotnet</c> host.</remarks>
    public string? FileName { get; init; }

    /// <summary>Further arguments of the program; it does not need them to know that it is a worker.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where the standard output and standard error of the workers go.</summary>
    public WorkerOutput Output { get; init; }

    /// <summary>The clock of all times; a worker measures its own on the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Receives starts, ends and crashes of workers. By default warnings are written to the standard error stream.</summary>
    public ILogger Logger { get; init; } = LastResortLogger.Instance;

    internal static void Validate(ProcessExecutorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Name, "options.Name");
        ArgumentNullException.ThrowIfNull(options.TimeProvider, "options.TimeProvider");
        ArgumentNullException.ThrowIfNull(options.Logger, "options.Logger");
        ArgumentNullException.ThrowIfNull(options.RestartBackoff, "options.RestartBackoff");
        ArgumentNullException.ThrowIfNull(options.Arguments, "options.Arguments");
        Require(options.MaximumWorkers, nameof(MaximumWorkers), 1, MostWorkers);
        Require(options.MinimumWorkers, nameof(MinimumWorkers), 0, options.MaximumWorkers);
        Require(options.RequestsPerWorker, nameof(RequestsPerWorker), 1, MostPerWorker);
        Require(options.QueueLimit, nameof(QueueLimit), 1, LargestQueue);
        Require(options.RequestsPerLifetime ?? 1, nameof(RequestsPerLifetime), 1, int.MaxValue);
        Require(options.MaximumFrameBytes, nameof(MaximumFrameBytes), SmallestFrame, LargestFrame);
        Require(options.CrashLimit, nameof(CrashLimit), 1, int.MaxValue);
        Require((int)options.Output, nameof(Output), (int)WorkerOutput.Inherit, (int)WorkerOutput.Log);
        var day = TimeSpan.FromDays(1);
        ExecutorOptions.RequireSpan(options.IdleTimeout, nameof(IdleTimeout), day, infiniteAllowed: true);
        ExecutorOptions.RequireSpan(options.CancellationGrace, nameof(CancellationGrace), day, infiniteAllowed: true);
        ExecutorOptions.RequireSpan(options.StartTimeout, nameof(StartTimeout), day, infiniteAllowed: false);
        ExecutorOptions.RequireSpan(options.ShutdownTimeout, nameof(ShutdownTimeout), day, infiniteAllowed: false);
        ExecutorOptions.RequireSpan(options.CrashPeriod, nameof(CrashPeriod), day, infiniteAllowed: false);
    }

    private static void Require(int value, string name, int smallest, int largest)
    {
        if (value < smallest || value > largest)
        {
            throw new ArgumentOutOfRangeException(
                name, value, string.Create(CultureInfo.InvariantCulture, $"{name} was {value}. Give {smallest} to {largest}."));
        }
    }
}
