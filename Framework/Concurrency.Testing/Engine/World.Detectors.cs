using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What is looked for beside the failures of the test itself.</content>
internal sealed partial class World
{
    /// <summary>Steps without a turn for one that could go on, and without an end of work that was cancelled.</summary>
    private const int Patience = 1_000;

    /// <summary>Steps in which nothing happened that had not happened before.</summary>
    private const int Monotony = 10_000;

    private static readonly AsyncLocal<World?> s_flow = new(static change =>
    {
        if (change is { ThreadContextChanged: true, CurrentValue: { } world } && !world.IsHere())
        {
            world.Escaped(world.Main);
        }
    });

    private HashSet<TaskScope>? _scopes;
    private List<(TaskScope Scope, long Step)>? _cancelled;
    private Dictionary<object, bool>? _channels;
    private Dictionary<object, (Actor? By, long Step)>? _notified;
    private HashSet<(Actor?, OperationKind, object)>? _seen;
    private long _lastNews;
    private int _lastActors;

    /// <summary>An actor is about to block the thread on which all others run.</summary>
    public void Blocks(Actor actor)
    {
        if (_options.IsLive)
        {
            return;
        }

        var stack = BlockingStack.Capture(typeof(Actor));
        if (stack.Kind == BlockingWaitKind.Lock)
        {
            // Somebody outside of the simulation holds it, for a moment.
            return;
        }

        var message = Descriptions.Blocks(actor, stack);
        Fail(SimulationFailureKind.BlockingWait, message);
        throw new InvalidOperationException(message);
    }

    /// <summary>The schedule has ended: looks for what was left behind.</summary>
    public void LookForRemains()
    {
        LookForLeaks();
        if (_predicted is not null)
        {
            Fail(SimulationFailureKind.LockOrder, _predicted);
        }
    }

    private void LookForLeaks()
    {
        if (_options.Detectors.HasFlag(Detectors.LeakedScopes) && _scopes?.FirstOrDefault(static scope => !scope.HasEnded) is { } open)
        {
            Fail(SimulationFailureKind.LeakedScope, Descriptions.LeakedScope(open));
        }

        if (_options.Detectors.HasFlag(Detectors.OpenChannels))
        {
            foreach (var (channel, isComplete) in _channels ?? [])
            {
                if (!isComplete)
                {
                    Fail(SimulationFailureKind.ChannelMisuse, $"'{NameOf(channel)}' was used and never completed: who reads from it waits for ever. Complete it when its writers have ended.");
                }
            }
        }

        if (_options.Detectors.HasFlag(Detectors.UnobservedFailures))
        {
            foreach (var executor in _executors)
            {
                executor.Failures!.Close();
            }
        }
    }

    /// <summary>When and by whom a condition was told last that something has changed; null if it never was.</summary>
    public (Actor? By, long Step)? LastNotified(object condition) =>
        _notified is not null && _notified.TryGetValue(condition, out var last) ? last : null;

    private void BeginDetecting()
    {
        var detectors = _options.Detectors;
        if ((detectors & (Detectors.IgnoredCancellation | Detectors.Starvation | Detectors.Livelocks)) != 0)
        {
            AfterStep += LookAtStep;
        }

        if (detectors.HasFlag(Detectors.Livelocks))
        {
            _seen = [];
        }

        if (_pool is not null || detectors.HasFlag(Detectors.Escapes))
        {
            s_flow.Value = this;
            if (_pool is not null && ExecutionContext.Capture() is { } marked)
            {
                // Work of the pool that has no context of its own is of this schedule too.
                _homeContext = marked;
            }
        }
    }

    private void Detect(Actor? actor, OperationKind kind, object resource)
    {
        if (_seen?.Add((actor, kind, resource)) == true)
        {
            _lastNews = Steps;
        }

        switch (resource)
        {
            case TaskScope scope when !_options.IsLive:
                DetectScope(scope, kind);
                break;
            case AsyncConditionVariable when kind == OperationKind.Signal && !_options.IsLive:
                (_notified ??= new(ReferenceEqualityComparer.Instance))[resource] = (actor, Steps);
                break;
            case IChannelMeasured when (_options.Detectors & (Detectors.OpenChannels | Detectors.WritesAfterCompletion)) != 0:
                DetectChannel(actor, kind, resource);
                break;
        }
    }

    private void DetectScope(TaskScope scope, OperationKind kind)
    {
        if (kind == OperationKind.Write)
        {
            (_scopes ??= []).Add(scope);
        }
        else if (kind == OperationKind.Complete)
        {
            (_cancelled ??= []).Add((scope, Steps));
        }
    }

    private void DetectChannel(Actor? actor, OperationKind kind, object channel)
    {
        _channels ??= new(ReferenceEqualityComparer.Instance);
        var isComplete = _channels.GetValueOrDefault(channel);
        if (isComplete && kind == OperationKind.Send && _options.Detectors.HasFlag(Detectors.WritesAfterCompletion))
        {
            Fail(SimulationFailureKind.ChannelMisuse, $"'{(actor is null ? "A timer" : Descriptions.NameOf(actor))}' writes to '{NameOf(channel)}', which was completed before. Complete it after its last writer has ended.");
        }

        _channels[channel] = isComplete || kind == OperationKind.Complete;
    }

    private void LookAtStep()
    {
        if (_options.Detectors.HasFlag(Detectors.Starvation) && _ready.Count > 1 && Steps - _ready[0].Since > Patience)
        {
            Fail(SimulationFailureKind.Starvation, Descriptions.Starvation(this, _ready[0], Patience));
        }

        if (_options.Detectors.HasFlag(Detectors.IgnoredCancellation) && _cancelled is not null)
        {
            _cancelled.RemoveAll(static cancelled => cancelled.Scope.HasEnded);
            if (_cancelled.Find(cancelled => Steps - cancelled.Step > Patience).Scope is { } scope)
            {
                Fail(SimulationFailureKind.IgnoredCancellation, Descriptions.IgnoredCancellation(scope, Patience));
            }
        }

        if (_seen is not null)
        {
            if (_lastActors != _actors.Count)
            {
                _lastActors = _actors.Count;
                _lastNews = Steps;
            }

            if (Steps - _lastNews > Monotony)
            {
                Fail(SimulationFailureKind.Livelock, Descriptions.Livelock(this, Monotony));
            }
        }
    }
}
