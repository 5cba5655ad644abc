using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 3017; a lock that stays taken. A connection that is removed stays in a cache for a while, then a timer deletes it. If it is
/// wanted again just when the timer fires, the deletion is called off, and the timer's callback leaves without giving the lock back.
/// Corrected: it gives it back.
/// </summary>
internal sealed class Grpc3017(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private static readonly TimeSpan s_cached = TimeSpan.FromMicroseconds(1);
    private readonly AsyncLock _lock = new();
    private Entry? _entry;

    public override async Task RunAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            await RemoveAsync();
            await PauseAsync(s_cached - TimeSpan.FromTicks(Sim.Choose(4)));
            await WantAsync();
        }
    }

    private async Task RemoveAsync()
    {
        using (await _lock.LockAsync())
        {
            var entry = _entry = new Entry();
            entry.Timer = Sim.Clock.CreateTimer(_ => Go(() => DeleteAsync(entry)), null, s_cached, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task WantAsync()
    {
        using (await _lock.LockAsync())
        {
            if (_entry is { } entry)
            {
                entry.Timer!.Dispose();
                entry.IsKept = true;
                _entry = null;
            }
        }
    }

    private async Task DeleteAsync(Entry entry)
    {
        var key = await _lock.LockAsync();
        if (entry.IsKept)
        {
            if (IsFixed)
            {
                key.Dispose();
            }

            return;
        }

        _entry = null;
        key.Dispose();
    }

    private sealed class Entry
    {
        public ITimer? Timer { get; set; }

        public bool IsKept { get; set; }
    }
}
