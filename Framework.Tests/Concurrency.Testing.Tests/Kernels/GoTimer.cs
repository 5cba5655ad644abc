using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>A timer that puts its tick into a channel, as many programs have them: once it has fired, stopping it leaves the tick there.</summary>
internal sealed class GoTimer
{
    private readonly BoundedChannel<int> _ticks = BoundedChannel.Create<int>(1);
    private readonly ITimer _timer;
    private bool _isPending = true;

    public GoTimer(Sim sim, TimeSpan due) => _timer = sim.Clock.CreateTimer(_ => Tick(), null, due, Timeout.InfiniteTimeSpan);

    public BoundedChannel<int> Ticks => _ticks;

    /// <summary>Whether it had not fired yet.</summary>
    public bool Stop()
    {
        _timer.Dispose();
        var was = _isPending;
        _isPending = false;
        return was;
    }

    private void Tick()
    {
        _isPending = false;
        _ticks.Writer.TryWrite(0);
    }
}
