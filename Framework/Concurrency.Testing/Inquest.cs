using System.Diagnostics.CodeAnalysis;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Reports;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>Finds out, once a schedule has failed, what a reader wants to know.</summary>
internal sealed class Inquest(Runner runner, ScheduleEstimate estimate)
{
    /// <summary>Adds the seed, the minimised schedule, its table, and the file that it was written to.</summary>
    public SimulationFailure Into(SimulationFailure failure)
    {
        failure = failure with { Seed = SeedOf(failure) };
        if (IsRepeatable(failure))
        {
            var minimised = runner.Options.Minimise ? Minimise(failure.Trace, failure.Schedule) : null;
            failure = failure with
            {
                Minimised = minimised,
                Timeline = minimised is not null ? minimised.Timeline : Explain(failure.Trace, failure.Kind),
            };
        }

        return Written(failure);
    }

    /// <summary>Adds what happened to a schedule that was given.</summary>
    public SimulationFailure IntoReplayed(SimulationFailure failure) =>
        IsRepeatable(failure) ? failure with { Timeline = Explain(failure.Trace, failure.Kind) } : failure;

    /// <summary>The schedule with fewer changes of actor; null if it does not fail again.</summary>
    public MinimisedSchedule? Minimise(SimulationTrace trace, int schedule)
    {
        var minimiser = new Minimiser(runner, trace);
        if (!minimiser.Run())
        {
            return null;
        }

        var failure = runner.FailureOf(minimiser.World, schedule, minimiser.Trace.Strategy);
        return new MinimisedSchedule
        {
            Trace = minimiser.Trace,
            Failure = failure,
            ContextSwitchesBefore = minimiser.SwitchesBefore,
            ContextSwitchesAfter = minimiser.SwitchesAfter,
            Replays = minimiser.Replays,
            Timeline = Explain(minimiser.Trace, failure.Kind),
        };
    }

    private static bool IsRepeatable(SimulationFailure failure) =>
        failure.Kind is not (SimulationFailureKind.Divergence or SimulationFailureKind.Nondeterminism);

    private SimulationTimeline? Explain(SimulationTrace trace, SimulationFailureKind kind)
    {
        if (!runner.Options.Explain)
        {
            return null;
        }

        var world = runner.Replay(trace, withEvents: true);
        return world.Failure?.Kind == kind ? world.Events!.ToTimeline() : null;
    }

    /// <summary>The seed, once it was seen to make the same schedule.</summary>
    private SimulationSeed? SeedOf(SimulationFailure failure)
    {
        var trace = failure.Trace;
        if (failure.Kind == SimulationFailureKind.Nondeterminism || !TryParse(trace.Strategy, out var strategy))
        {
            return null;
        }

        var again = strategy.Create();
        return again.Begin(trace.Seed, estimate) && runner.Run(again, trace.Seed) is var world
            && world.Log.Hash == trace.Hash && world.Failure?.Kind == failure.Kind
            ? new SimulationSeed(trace.Seed, strategy)
            : null;
    }

    private static bool TryParse(string text, [NotNullWhen(true)] out SimulationStrategy? strategy)
    {
        try
        {
            strategy = SimulationStrategy.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            // A strategy that only the kit itself uses.
            strategy = null;
            return false;
        }
    }

    private SimulationFailure Written(SimulationFailure failure)
    {
        if (runner.Options.TraceDirectory is not { } directory)
        {
            return failure;
        }

        var trace = failure.Minimised?.Trace ?? failure.Trace;
        try
        {
            Directory.CreateDirectory(directory);
            var path = Path.GetFullPath(Path.Combine(directory, TraceNames.FileFor(trace)));
            trace.Save(path);
            return failure with { TracePath = path };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // What failed is the test; that its trace has no file is a note beside it.
            return failure with { TraceProblem = $"The trace could not be written into '{directory}': {error.Message}" };
        }
    }
}
