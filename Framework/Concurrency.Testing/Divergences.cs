using System.Globalization;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>The sentences about a run that was to be equal to another, and was not.</summary>
internal static class Divergences
{
    private const int MostNames = 5;

    /// <summary>The run asks for a choice that was not recorded.</summary>
    public static string AtChoice(World world, Replay replay, ChoiceKind kind, int of)
    {
        var recorded = replay.Expected is { } choice
            ? string.Create(CultureInfo.InvariantCulture, $"{Sentence(choice.Kind, choice.Of)}, of which {choice.Chosen} was taken")
            : string.Create(CultureInfo.InvariantCulture, $"the end, after {replay.Recorded} choices");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The replay differs from its trace at choice {replay.Made + 1}, after step {world.Steps}: recorded is {recorded}; this run has {Sentence(kind, of)}{Names(world, kind)}.");
    }

    /// <summary>The run has ended before its trace.</summary>
    public static string AtEnd(World world, Replay replay) => string.Create(
        CultureInfo.InvariantCulture,
        $"The replay differs from its trace at the end: it passed at step {world.Steps} after {replay.Made} choices, and {replay.Recorded} are recorded.");

    /// <summary>Two runs made the same choices and came to something else.</summary>
    public static string Outcomes(World first, World second) => string.Create(
        CultureInfo.InvariantCulture,
        $"Two runs of the same choices ended differently: {Outcome(first)}; then {Outcome(second)}. Something in the test is not decided by the simulation.");

    /// <summary>Says that the trace was recorded by another build, if it was.</summary>
    public static string Builds(SimulationTrace trace, Guid version)
    {
        if (trace.AssemblyVersion is { } recorded && recorded != version)
        {
            return " The trace was recorded by another build of the test: run the test again to get a new trace.";
        }

        return trace.ProcessorCount > 0 && trace.ProcessorCount != TraceOrigin.ProcessorCount
            ? string.Create(CultureInfo.InvariantCulture, $" The trace was recorded with {trace.ProcessorCount} processors, here are {TraceOrigin.ProcessorCount}: set DOTNET_PROCESSOR_COUNT.")
            : " Something in the test is not decided by the simulation: time, randomness, threads, a static, or the order of a hash table.";
    }

    private static string Outcome(World world) => string.Create(
        CultureInfo.InvariantCulture, $"{(world.Failure is { } failure ? failure.Kind.ToString() : "passed")} at step {world.Steps} after {world.Log.Count} choices");

    private static string Sentence(ChoiceKind kind, int of) => kind == ChoiceKind.Schedule
        ? string.Create(CultureInfo.InvariantCulture, $"a pick among {of} ready turns")
        : string.Create(CultureInfo.InvariantCulture, $"a {kind} of {of}");

    private static string Names(World world, ChoiceKind kind)
    {
        if (kind != ChoiceKind.Schedule)
        {
            return "";
        }

        var names = new List<string>();
        foreach (var item in world.Ready.Items)
        {
            names.Add(item.Actor.Id < 0 ? item.Actor.Name : Descriptions.NameOf(item.Actor));
        }

        return $" ({string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? ", …" : "")})";
    }
}
