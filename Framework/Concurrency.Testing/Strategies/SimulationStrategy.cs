using System.Globalization;

namespace Concurrency.Testing.Strategies;

/// <summary>How the schedules of a simulation are chosen.</summary>
/// <remarks>Equal strategies are equal values; <see cref="ToString"/> gives the form that <see cref="Parse"/> reads.</remarks>
public sealed record SimulationStrategy
{
    private SimulationStrategy(string name, int depth = 0)
    {
        Kind = name;
        Depth = depth;
    }

    /// <summary>Several strategies in turn, those that find new behaviour more often: what to use when nothing is known. Form: <c>portfolio</c>.</summary>
    public static SimulationStrategy Portfolio { get; } = new("portfolio");

    /// <summary>Each ready turn is as likely as any other. Form: <c>random</c>.</summary>
    public static SimulationStrategy RandomWalk { get; } = new("random");

    /// <summary>Partial order sampling: a random rank for each turn, drawn anew for turns that race. Form: <c>pos</c>.</summary>
    public static SimulationStrategy Pos { get; } = new("pos");

    /// <summary>Uniform random walk: actors are picked in proportion to what they have still to do. Form: <c>urw</c>.</summary>
    public static SimulationStrategy Urw { get; } = new("urw");

    /// <summary>The order of an event loop: one schedule, apart from drawn values. Form: <c>fifo</c>.</summary>
    public static SimulationStrategy Fifo { get; } = new("fifo");

    /// <summary>Every schedule, one after the other: for very small tests. Form: <c>dfs</c>.</summary>
    public static SimulationStrategy Dfs { get; } = new("dfs");

    /// <summary>One schedule for each order of operations that could influence each other. Form: <c>dpor</c>.</summary>
    /// <remarks>Sound when actors share only what the simulation sees: types of this framework and <c>Shared</c> values.</remarks>
    public static SimulationStrategy Dpor { get; } = new("dpor");

    internal string Kind { get; }

    internal int Depth { get; }

    /// <summary>Probabilistic concurrency testing: random ranks for actors, and few changes of rank. Form: <c>pct:3</c>.</summary>
    /// <param name="depth">How many ordering constraints the bug needs, from 1 to 20.</param>
    public static SimulationStrategy Pct(int depth) => new("pct", Checked(depth, 1));

    /// <summary>The order of an event loop with few delays at random steps. Form: <c>delay:2</c>.</summary>
    /// <param name="bound">How many delays there are at most, from 0 to 20.</param>
    public static SimulationStrategy DelayBound(int bound) => new("delay", Checked(bound, 0));

    /// <summary>Reads a strategy.</summary>
    /// <exception cref="FormatException">The text is not one; the message says which there are.</exception>
    public static SimulationStrategy Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().ToLowerInvariant().Split(':');
        var hasDepth = parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out _);
        var depth = hasDepth ? int.Parse(parts[1], CultureInfo.InvariantCulture) : -1;
        return (parts[0], parts.Length, depth) switch
        {
            ("portfolio", 1, _) => Portfolio,
            ("random", 1, _) => RandomWalk,
            ("pos", 1, _) => Pos,
            ("urw", 1, _) => Urw,
            ("fifo", 1, _) => Fifo,
            ("dfs", 1, _) => Dfs,
            ("dpor", 1, _) => Dpor,
            ("pct", 2, >= 1 and <= 20) => Pct(depth),
            ("delay", 2, >= 0 and <= 20) => DelayBound(depth),
            _ => throw new FormatException(
                $"'{text}' is not a strategy. Use portfolio, random, pct:1 to pct:20, pos, urw, delay:0 to delay:20, fifo, dfs or dpor."),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind is "pct" or "delay" ? string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Depth}") : Kind;

    internal Strategy Create() => Kind switch
    {
        "pct" => new Pct(Depth),
        "pos" => new Pos(),
        "urw" => new Urw(),
        "delay" => new DelayBound(Depth),
        "fifo" => new Fifo(),
        "dfs" => new Dfs(),
        "dpor" => new Dpor(),
        "portfolio" => new Portfolio(new Urw(), new Pos(), new Pct(2), new RandomWalk(), new Pct(5)),
        _ => new RandomWalk(),
    };

    private static int Checked(int depth, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, least);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, 20);
        return depth;
    }
}
