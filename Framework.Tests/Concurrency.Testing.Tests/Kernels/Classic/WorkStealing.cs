using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// A deque whose owner takes at one end without a lock while thieves take at the other with one. A thief that first looks whether there is
/// something and then claims it can take what the owner takes too. Corrected: it claims first, looks then, and gives back if it was wrong.
/// </summary>
internal sealed class WorkStealing(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private const int Items = 3;
    private readonly AsyncLock _lock = new();
    private readonly Atomic<int> _head = new(0);
    private readonly Atomic<int> _tail = new(0);
    private readonly int[] _taken = new int[Items];

    public override async Task RunAsync()
    {
        await Task.WhenAll(Go(OwnAsync), Go(StealAsync), Go(StealAsync));
        Assert.All(_taken, times => Assert.Equal(1, times));
    }

    private async Task OwnAsync()
    {
        await _tail.WriteAsync(Items);
        for (var round = 0; round < Items; round++)
        {
            var tail = await _tail.ReadAsync() - 1;
            await _tail.WriteAsync(tail);
            if (await _head.ReadAsync() > tail && !await ContendAsync(tail))
            {
                return;
            }

            _taken[tail]++;
        }
    }

    private async Task<bool> ContendAsync(int tail)
    {
        using (await _lock.LockAsync())
        {
            if (await _head.ReadAsync() <= tail)
            {
                return true;
            }

            await _tail.WriteAsync(tail + 1);
            return false;
        }
    }

    private async Task StealAsync()
    {
        using (await _lock.LockAsync())
        {
            var head = await _head.ReadAsync();
            var there = IsFixed || head < await _tail.ReadAsync();
            if (!there)
            {
                return;
            }

            await _head.WriteAsync(head + 1);
            if (IsFixed && head >= await _tail.ReadAsync())
            {
                await _head.WriteAsync(head);
                return;
            }

            _taken[head]++;
        }
    }
}
