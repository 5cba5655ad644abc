using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// Many actors write two variables that belong together, one reads both: it sees one of them written and the other not if it comes within
/// the very first write of the pair. Corrected: a lock around the pair.
/// </summary>
internal sealed class Reorder(Sim sim, bool isFixed, int count) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly Atomic<int> _left = new(0);
    private readonly Atomic<int> _right = new(0);

    public override Task RunAsync() => Task.WhenAll(Enumerable.Range(0, count).Select(one => Go(one < count - 1 ? WriteAsync : ReadAsync)));

    private async Task WriteAsync()
    {
        using (IsFixed ? await _lock.LockAsync() : null)
        {
            await _left.WriteAsync(1);
            await _right.WriteAsync(-1);
        }
    }

    private async Task ReadAsync()
    {
        using (IsFixed ? await _lock.LockAsync() : null)
        {
            Assert.Equal(0, await _left.ReadAsync() + await _right.ReadAsync());
        }
    }
}
