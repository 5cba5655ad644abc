using System.Globalization;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Reads an <see cref="ExecutorSpec"/>, and says precisely what is wrong with one.</summary>
internal sealed class ExecutorSpecReader
{
    private const string Kinds = "cooperative, thread, pool:N, pool:MIN..MAX or inline";
    private const int MostThreads = 4096;

    private readonly string _text;

    private ExecutorSpecReader(string text)
    {
        _text = text;
    }

    public static ExecutorSpec Read(string text) => new ExecutorSpecReader(text).Read();

    public static string NameOf(ExecutorKind kind) => kind switch
    {
        ExecutorKind.Cooperative => "cooperative",
        ExecutorKind.DedicatedThread => "thread",
        ExecutorKind.Pool => "pool",
        ExecutorKind.Inline => "inline",
        _ => kind.ToString(),
    };

    private ExecutorSpec Read()
    {
        var trimmed = _text.Trim();
        var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
        var kindName = colon < 0 ? trimmed : trimmed[..colon];
        var settings = colon < 0 ? [] : trimmed[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries);
        var kind = kindName.Trim().ToLowerInvariant() switch
        {
            "cooperative" => ExecutorKind.Cooperative,
            "thread" => ExecutorKind.DedicatedThread,
            "pool" => ExecutorKind.Pool,
            "inline" => ExecutorKind.Inline,
            _ => throw Wrong($"the kind was '{kindName.Trim()}'", $"Use {Kinds}"),
        };
        var spec = new ExecutorSpec(kind);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var name = (equals < 0 ? setting : setting[..equals]).Trim().ToLowerInvariant();
            var value = equals < 0 ? null : setting[(equals + 1)..].Trim();
            if (!seen.Add(IsThreadCount(kind, name, value) ? "threads" : name))
            {
                throw Wrong($"the setting '{setting}' repeats an earlier one", "Give each setting once");
            }

            spec = Apply(spec, name, value);
        }

        return spec;
    }

    private ExecutorSpec Apply(ExecutorSpec spec, string name, string? value)
    {
        if (IsThreadCount(spec.Kind, name, value))
        {
            return WithThreads(spec, name);
        }

        if (name == "blocking" && spec.Kind != ExecutorKind.Inline)
        {
            return spec with { Blocking = ReadBlocking(value) };
        }

        return (spec.Kind, name) switch
        {
            (ExecutorKind.Pool, "queue") => spec with { QueueLimit = ReadNumber(name, value, 1, 10_000_000) },
            (ExecutorKind.Pool, "idle") => spec with { IdleSeconds = ReadNumber(name, value, 0, 86_400) },
            (ExecutorKind.Pool, "reject") => value is null
                ? spec with { RejectWhenFull = true }
                : throw Wrong($"reject was '{value}'", "Write reject without a value, or leave it away to wait"),
            (ExecutorKind.DedicatedThread, "affinity") => spec with { Affinity = ReadCpus(value) },
            (ExecutorKind.DedicatedThread, "nice") => spec with { Nice = ReadNumber(name, value, -20, 19) },
            (ExecutorKind.DedicatedThread, "stack") => spec with { StackSize = ReadNumber(name, value, 64 * 1024, 1024 * 1024 * 1024) },
            _ => throw Wrong($"the setting was '{(value is null ? name : $"{name}={value}")}'", Allowed(spec.Kind)),
        };
    }

    private static bool IsThreadCount(ExecutorKind kind, string name, string? value) =>
        kind == ExecutorKind.Pool && value is null && name.Length > 0 && (char.IsAsciiDigit(name[0]) || name[0] is '-' or '.');

    private static string Allowed(ExecutorKind kind) => kind switch
    {
        ExecutorKind.Cooperative => "A cooperative executor takes blocking=ignore|report|throw",
        ExecutorKind.DedicatedThread => "A thread takes affinity=CPUS, nice=N, stack=BYTES and blocking=ignore|report|throw",
        ExecutorKind.Pool => "A pool takes N or MIN..MAX threads, queue=N, reject, idle=SECONDS and blocking=ignore|report|throw",
        _ => "An inline executor takes none",
    };

    private ExecutorSpec WithThreads(ExecutorSpec spec, string range)
    {
        var dots = range.IndexOf("..", StringComparison.Ordinal);
        var minimum = ReadThreads(range, dots < 0 ? range : range[..dots]);
        var maximum = dots < 0 ? minimum : ReadThreads(range, range[(dots + 2)..]);
        return minimum <= maximum
            ? spec with { MinimumThreads = minimum, MaximumThreads = maximum }
            : throw Wrong($"threads was '{range}'", "The minimum must not exceed the maximum");
    }

    private int ReadThreads(string range, string number) => TryReadNumber(number, 1, MostThreads, out var threads)
        ? threads
        : throw Wrong($"threads was '{range}'", string.Create(CultureInfo.InvariantCulture, $"Give 1 to {MostThreads}, or MIN..MAX"));

    private int ReadNumber(string name, string? value, int smallest, int largest) => TryReadNumber(value, smallest, largest, out var number)
        ? number
        : throw Wrong($"{name} was '{value}'", string.Create(CultureInfo.InvariantCulture, $"Give a whole number from {smallest} to {largest}"));

    private static bool TryReadNumber(string? text, int smallest, int largest, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number >= smallest && number <= largest;

    private OnBlocking ReadBlocking(string? value) => value?.ToLowerInvariant() switch
    {
        "ignore" => OnBlocking.Ignore,
        "report" => OnBlocking.Report,
        "throw" => OnBlocking.Throw,
        _ => throw Wrong($"blocking was '{value}'", "Give ignore, report or throw"),
    };

    private string ReadCpus(string? value)
    {
        var cpus = new SortedSet<int>();
        foreach (var part in (value ?? "").Split('+'))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (!TryReadNumber(dash < 0 ? part : part[..dash], 0, 1023, out var first)
                || !TryReadNumber(dash < 0 ? part : part[(dash + 1)..], first, 1023, out var last))
            {
                throw Wrong($"affinity was '{value}'", "Give CPU numbers from 0 to 1023, joined with + or as a range, such as 1, 0+2 or 0-3");
            }

            cpus.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return string.Join('+', cpus.Select(cpu => cpu.ToString(CultureInfo.InvariantCulture)));
    }

    private FormatException Wrong(string what, string advice) => new($"The executor '{_text}' is not valid: {what}. {advice}.");
}
