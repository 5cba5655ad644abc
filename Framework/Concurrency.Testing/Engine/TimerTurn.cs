using Concurrency.Testing.Clock;

namespace Concurrency.Testing.Engine;

/// <summary>The turn in which a timer fires, unless it was changed or disposed since it became due.</summary>
internal sealed class TimerTurn(VirtualTimer timer) : IThreadPoolWorkItem
{
    private readonly int _arming = timer.Arming;

    public VirtualTimer Timer => timer;

    public void Execute()
    {
        if (timer.Arming == _arming)
        {
            timer.Invoke();
        }
    }
}
