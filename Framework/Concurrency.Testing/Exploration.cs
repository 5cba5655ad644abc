using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Clock;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Schedules;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing;

/// <summary>One run through many schedules, on the calling thread.</summary>
internal sealed class Exploration(Func<Sim, Task> body, SimulationOptions options)
{
    private readonly HashSet<string> _demanded = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reached = new(StringComparer.Ordinal);
    private ScheduleEstimate _estimate = ScheduleEstimate.None;
    private readonly WorldBuffers _buffers = new();
    private long _steps;
    private ulong _hash;

    public SimulationReport Run()
    {
        var strategy = options.Strategy.Create();
        var begun = options.TimeProvider.GetTimestamp();
        SimulationFailure? failure = null;
        var exhausted = false;
        var schedule = 0;
        Interleaving.Enter();
        try
        {
            while (schedule < options.Schedules && failure is null && !(exhausted = !strategy.Begin(SplitMix64.Of(options.Seed, (ulong)schedule), _estimate)))
            {
                failure = RunOne(strategy, SplitMix64.Of(options.Seed, (ulong)schedule), ++schedule);
                if (options.Budget is { } budget && options.TimeProvider.GetElapsedTime(begun) > budget)
                {
                    break;
                }
            }
        }
        finally
        {
            Interleaving.Leave();
        }

        return new SimulationReport
        {
            Schedules = schedule,
            Steps = _steps,
            Hash = _hash,
            IsExhaustive = exhausted,
            Failure = failure,
            NeverReached = [.. _demanded.Except(_reached).Order(StringComparer.Ordinal)],
        };
    }

    private SimulationFailure? RunOne(Strategies.Strategy strategy, ulong seed, int schedule)
    {
        var world = new World(new WorldOptions { Strategy = strategy, MaximumSteps = options.MaximumSteps, EndGrace = options.EndGrace, Detectors = options.Detectors }, seed, _buffers);
        new Schedule(world, body, _demanded, _reached).Run(options.EndGrace);
        strategy.End(world.Failure is not null, world.Log.Hash);
        _steps += world.Steps;
        _hash = (_hash * 0x9E3779B97F4A7C15) ^ world.Log.Hash ^ (ulong)world.Steps;
        if (schedule == 1)
        {
            _estimate = new ScheduleEstimate { Steps = (int)world.Steps, StepsOfActor = [.. world.Actors.Select(actor => actor.Steps)] };
        }

        return world.Failure is not { } failure ? null : new SimulationFailure
        {
            Kind = failure.Kind,
            Message = failure.Message,
            Exception = failure.Exception,
            Schedule = schedule,
            Step = failure.Step,
            Trace = new SimulationTrace(seed, strategy.Name, world.Log.ToArray()),
        };
    }
}
