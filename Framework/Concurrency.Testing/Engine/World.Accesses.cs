using Concurrency.Execution;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>What strategies are told of the steps of a schedule.</content>
internal sealed partial class World
{
    private readonly AccessLog? _accesses;
    private readonly Novelty? _novelty;
    private HashSet<CancellationToken>? _tokens;

    /// <summary>The current step works on a thing; kept only for strategies that ask for it.</summary>
    public void Access(OperationKind kind, object resource) => _accesses?.Add(kind, resource);

    public override void Watch(CancellationToken token)
    {
        if (_accesses is null || !token.CanBeCanceled)
        {
            return;
        }

        _tokens ??= [];
        if (!_tokens.Add(token))
        {
            return;
        }

        _accesses.AddFirstLook();
        if (token.IsCancellationRequested)
        {
            // Which step cancelled it is not known.
            _accesses.AddUnclear();
        }
        else
        {
            // Anybody could look at it; and a step that cancels it once more leaves no mark.
            token.UnsafeRegister(static accesses => ((AccessLog)accesses!).AddUnclear(), _accesses);
        }
    }

    public override void See(OperationKind kind, object resource) => Access(kind, resource);

    /// <summary>What the schedule was like, for strategies that must know.</summary>
    public ScheduleEstimate ToEstimate() => ScheduleEstimate.Of(_actors, Log.CountOf(ChoiceKind.Schedule));

    /// <summary>A turn goes: with its executor, where those who use that wait for each other.</summary>
    private void Going(ReadyItem item)
    {
        _novelty?.Add(item);
        if (_accesses is null)
        {
            return;
        }

        _accesses.BeginStep();
        if (item.Work.Callback is TimerTurn turn)
        {
            _accesses.Add(OperationKind.Write, turn.Timer);
        }

        if (item.Actor.Executor.MaximumConcurrency != int.MaxValue)
        {
            _accesses.Add(OperationKind.Write, item.Actor.Executor);
        }
    }
}
