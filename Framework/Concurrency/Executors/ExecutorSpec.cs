using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>An executor as configuration writes it: a kind and, after a colon, its settings.</summary>
/// <remarks>
/// <list type="table">
/// <item><term><c>cooperative</c></term><description>An event loop on one thread.</description></item>
/// <item><term><c>thread</c></term><description>A thread of its own; <c>affinity=0+2</c> or <c>affinity=0-3</c>, <c>nice=-20…19</c>, <c>stack=BYTES</c>.</description></item>
/// <item><term><c>pool:8</c>, <c>pool:2..16</c></term><description>Up to that many threads; <c>queue=N</c>, <c>reject</c> (instead of waiting when the queue is full), <c>idle=SECONDS</c>.</description></item>
/// <item><term><c>inline</c></term><description>The thread that posts.</description></item>
/// </list>
/// Every kind but inline takes <c>blocking=ignore|report|throw</c>. Settings are separated by commas. Equal specs are equal values.
/// </remarks>
public sealed record ExecutorSpec
{
    internal ExecutorSpec(ExecutorKind kind)
    {
        Kind = kind;
    }

    /// <summary>The kind of executor.</summary>
    public ExecutorKind Kind { get; }

    internal int? MinimumThreads { get; init; }

    internal int? MaximumThreads { get; init; }

    internal int? QueueLimit { get; init; }

    internal bool RejectWhenFull { get; init; }

    internal int? IdleSeconds { get; init; }

    /// <summary>CPUs joined with <c>+</c>, in ascending order; text, so that equality is that of the value.</summary>
    internal string? Affinity { get; init; }

    internal int? Nice { get; init; }

    internal int? StackSize { get; init; }

    internal OnBlocking? Blocking { get; init; }

    /// <summary>The environment variable that names the default executor of a process.</summary>
    public const string EnvironmentVariable = "CONCURRENCY_EXECUTOR";

    /// <summary>Reads the spec that an environment variable holds.</summary>
    /// <returns>The spec, or null if the variable is not set or empty.</returns>
    /// <exception cref="FormatException">The variable holds something else; the message names it, the setting, its value, and what is allowed.</exception>
    public static ExecutorSpec? FromEnvironment(string variable = EnvironmentVariable)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(variable);
        var text = Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return TryParse(text, out var spec, out var error) ? spec : throw new FormatException($"The environment variable {variable} was '{text}'. {error}");
    }

    /// <summary>Reads a spec.</summary>
    /// <exception cref="FormatException">The text is not a spec; the message names the setting, its value, and what is allowed.</exception>
    public static ExecutorSpec Parse(string text) => TryParse(text, out var spec, out var error) ? spec : throw new FormatException(error);

    /// <summary>Reads a spec.</summary>
    /// <param name="text">The spec.</param>
    /// <param name="spec">What was read, if it could be.</param>
    /// <param name="error">A sentence that names the setting, its value, and what is allowed, if it could not.</param>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out ExecutorSpec? spec, [NotNullWhen(false)] out string? error)
    {
        try
        {
            spec = ExecutorSpecReader.Read(text ?? "");
            error = null;
            return true;
        }
        catch (FormatException problem)
        {
            spec = null;
            error = problem.Message;
            return false;
        }
    }

    /// <summary>Makes the executor.</summary>
    /// <param name="name">Its name; not empty.</param>
    /// <param name="common">What the spec does not say: clock, logger, handlers, times. Null means the defaults.</param>
    /// <exception cref="InvalidOperationException">The kernel refused a setting.</exception>
    public Executor Create(string name, ExecutorOptions? common = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Kind switch
        {
            ExecutorKind.Cooperative => new CooperativeExecutor(With(new CooperativeExecutorOptions(), name, common)),
            ExecutorKind.DedicatedThread => new DedicatedThreadExecutor(With(
                new DedicatedThreadExecutorOptions { Affinity = AffinityCpus(), Nice = Nice, StackSize = StackSize ?? 0 }, name, common)),
            ExecutorKind.Pool => new PoolExecutor(With(PoolOptions(), name, common)),
            _ => new InlineExecutor(With(new ExecutorOptions(), name, common)),
        };
    }

    /// <summary>Writes the spec in the form that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var settings = new List<string>();
        if (MaximumThreads is { } maximum)
        {
            settings.Add(MinimumThreads == maximum ? Text(maximum) : $"{Text(MinimumThreads ?? maximum)}..{Text(maximum)}");
        }

        Add(settings, "queue", QueueLimit);
        if (RejectWhenFull)
        {
            settings.Add("reject");
        }

        Add(settings, "idle", IdleSeconds);
        if (Affinity is not null)
        {
            settings.Add($"affinity={Affinity}");
        }

        Add(settings, "nice", Nice);
        Add(settings, "stack", StackSize);
        if (Blocking is { } blocking)
        {
            settings.Add($"blocking={blocking.ToString().ToLowerInvariant()}");
        }

        var kind = ExecutorSpecReader.NameOf(Kind);
        return settings.Count == 0 ? kind : $"{kind}:{string.Join(',', settings)}";
    }

    private static void Add(List<string> settings, string name, int? value)
    {
        if (value is { } number)
        {
            settings.Add($"{name}={Text(number)}");
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private int[]? AffinityCpus() => Affinity?.Split('+').Select(cpu => int.Parse(cpu, CultureInfo.InvariantCulture)).ToArray();

    private PoolExecutorOptions PoolOptions()
    {
        var options = new PoolExecutorOptions { QueueLimit = QueueLimit, RejectWhenFull = RejectWhenFull };
        if (MaximumThreads is { } maximum)
        {
            options = options with { MinimumThreads = MinimumThreads ?? maximum, MaximumThreads = maximum };
        }

        return IdleSeconds is { } idle ? options with { IdleTimeout = TimeSpan.FromSeconds(idle) } : options;
    }

    private T With<T>(T options, string name, ExecutorOptions? common)
        where T : ExecutorOptions
    {
        if (common is not null)
        {
            // A derived record keeps its own part; what is copied here is what every kind has.
            options = (T)(options with
            {
                TimeProvider = common.TimeProvider,
                Logger = common.Logger,
                OnUnhandledException = common.OnUnhandledException,
                OnBlockingReport = common.OnBlockingReport,
                OnLongTurn = common.OnLongTurn,
                OnRejected = common.OnRejected,
                BlockingGrace = common.BlockingGrace,
                // Without a limit of the caller's each kind keeps its own: a loop has one, a pool has none.
                LongTurnLimit = common.LongTurnLimit == Timeout.InfiniteTimeSpan ? options.LongTurnLimit : common.LongTurnLimit,
                ShutdownTimeout = common.ShutdownTimeout,
            });
        }

        return (T)(options with { Name = name, OnBlocking = Blocking ?? options.OnBlocking });
    }
}
