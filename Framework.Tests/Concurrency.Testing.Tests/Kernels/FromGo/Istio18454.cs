using Concurrency.Channels;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// istio/istio 18454; a channel and a context. No public description was found: from the class (a channel and a context, with a select, a
/// lock and a timer). A worker publishes when changes have been quiet for a while, and starts its timer again on each change: if the timer
/// could not be stopped, it drains its tick first, which hangs when the tick was taken before. Corrected: it drains if there is one.
/// </summary>
internal sealed class Istio18454(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMicroseconds(1);
    private readonly BoundedChannel<int> _changes = Channel<int>(1);
    private readonly CancellationTokenSource _stop = new();

    public override async Task RunAsync()
    {
        var worker = Go(WorkAsync);
        for (var change = 0; change < 2; change++)
        {
            await _changes.Writer.WriteAsync(change);
            await PauseAsync(s_quiet * (1 + Sim.Choose(2)));
        }

        _stop.Cancel();
        await worker;
    }

    private async Task WorkAsync()
    {
        var timer = new GoTimer(Sim, s_quiet);
        try
        {
            while (true)
            {
                var isChange = await new Select<bool>()
                    .On(_changes.Reader, _ => true)
                    .On(timer.Ticks.Reader, _ => false)
                    .TakeAsync(_stop.Token);
                if (isChange)
                {
                    await DrainAsync(timer);
                    timer = new GoTimer(Sim, s_quiet);
                }
            }
        }
        catch (OperationCanceledException)
        {
            timer.Stop();
        }
    }

    private async Task DrainAsync(GoTimer timer)
    {
        if (timer.Stop())
        {
            return;
        }

        if (IsFixed)
        {
            timer.Ticks.Reader.TryRead(out _);
        }
        else
        {
            await timer.Ticks.Reader.ReadAsync();
        }
    }
}
