using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>A known concurrency bug, small: in the form that has it, or in the one in which it was corrected. One object is one schedule.</summary>
internal abstract class Kernel(Sim sim, bool isFixed)
{
    protected Sim Sim { get; } = sim;

    protected bool IsFixed { get; } = isFixed;

    /// <summary>The test that sees the bug, under some schedules.</summary>
    public abstract Task RunAsync();

    /// <summary>A channel; with capacity 0 a rendezvous.</summary>
    protected static BoundedChannel<T> Channel<T>(int capacity = 0) => BoundedChannel.Create<T>(capacity);

    /// <summary>Lets virtual time pass; Task.Delay knows whole milliseconds only, which is 10,000 steps.</summary>
    protected async Task PauseAsync(TimeSpan time) => await new GoTimer(Sim, time).Ticks.Reader.ReadAsync();

    /// <summary>Runs something beside what goes on.</summary>
    protected Task Go(Func<Task> work) => Sim.Executor.RunAsync(_ => work());
}
