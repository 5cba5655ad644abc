using System.Globalization;
using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.SignalChild;

/// <summary>What the parent asked for: <c>--executor Kind --take 1,10 --take 40 --foreign 10 --capacity 4 --hold 0 --quiet --starve --no-hook</c>.</summary>
internal sealed record ChildOptions
{
    public ExecutorKind Executor { get; private set; } = ExecutorKind.Cooperative;

    /// <summary>One source for each.</summary>
    public List<PosixSignal[]> Sources { get; } = [];

    /// <summary>Signals for which a plain registration stands beside the sources.</summary>
    public PosixSignal[] Foreign { get; private set; } = [];

    public int Capacity { get; private set; } = 1024;

    /// <summary>Counts events instead of printing a line for each.</summary>
    public bool Quiet { get; private set; }

    /// <summary>Which source is not read before the parent says so; none if negative.</summary>
    public int Hold { get; private set; } = -1;

    public bool Starve { get; private set; }

    public bool NoHook { get; private set; }

    public static ChildOptions Parse(string[] args)
    {
        var options = new ChildOptions();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--executor": options.Executor = Enum.Parse<ExecutorKind>(args[++i]); break;
                case "--take": options.Sources.Add(Signals(args[++i])); break;
                case "--foreign": options.Foreign = Signals(args[++i]); break;
                case "--capacity": options.Capacity = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--quiet": options.Quiet = true; break;
                case "--hold": options.Hold = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--starve": options.Starve = true; break;
                case "--no-hook": options.NoHook = true; break;
                default: throw new ArgumentException($"Unknown argument '{args[i]}'.", nameof(args));
            }
        }

        return options;
    }

    private static PosixSignal[] Signals(string list) =>
        [.. list.Split(',').Select(number => (PosixSignal)int.Parse(number, CultureInfo.InvariantCulture))];
}
