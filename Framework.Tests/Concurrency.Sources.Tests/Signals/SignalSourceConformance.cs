using System.Runtime.InteropServices;
using Concurrency.Execution;
using Concurrency.Sources.Signals;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Signals;

/// <summary>The common suite on signals that are recorded as the signal thread records them; none is sent to the test process.</summary>
public abstract class SignalSourceConformance : SourceConformance<SignalEvent>
{
    private const int Number = 40;

    protected override bool KeepsEveryEvent => true;

    protected override SourceRig<SignalEvent> CreateRig(int capacity) => new Rig(capacity);

    private sealed class Rig : SourceRig<SignalEvent>
    {
        static Rig() => AppContext.SetSwitch("Concurrency.Sources.DisableSignalHook", true);

        public Rig(int capacity) =>
            Source = new SignalSource([(PosixSignal)Number], new SignalSourceOptions { Capacity = capacity });

        public override IEventSource<SignalEvent> Source { get; }

        public override Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                SignalDispatcher.Record(Number);
            }

            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => default;
    }
}

public sealed class SignalSourceOnCooperative : SignalSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;
}

public sealed class SignalSourceOnDedicatedThread : SignalSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.DedicatedThread;
}

public sealed class SignalSourceOnPool : SignalSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;
}
