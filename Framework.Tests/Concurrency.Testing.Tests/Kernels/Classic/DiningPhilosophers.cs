using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// Each philosopher takes the left fork, then the right one; when all have the left one, nobody eats any more. Corrected: the last one
/// takes them in the order of their numbers.
/// </summary>
internal sealed class DiningPhilosophers(Sim sim, bool isFixed, int count) : Kernel(sim, isFixed)
{
    private readonly AsyncLock[] _forks = [.. Enumerable.Range(0, count).Select(_ => new AsyncLock())];

    public override Task RunAsync() => Task.WhenAll(Enumerable.Range(0, _forks.Length).Select(seat => Go(() => EatAsync(seat))));

    private async Task EatAsync(int seat)
    {
        var (first, second) = (seat, (seat + 1) % _forks.Length);
        if (IsFixed && second < first)
        {
            (first, second) = (second, first);
        }

        using (await _forks[first].LockAsync())
        using (await _forks[second].LockAsync())
        {
        }
    }
}
