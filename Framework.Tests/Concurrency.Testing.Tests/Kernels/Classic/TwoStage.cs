using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// Two variables, each under a lock of its own, are brought forward one after the other; who looks between the stages sees the first
/// without the second. Only the first writer matters: the others repeat what it did. Corrected: the second lock is taken before the first
/// is given back, by all.
/// </summary>
internal sealed class TwoStage(Sim sim, bool isFixed, int count) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _first = new();
    private readonly AsyncLock _second = new();
    private int _begun;
    private int _done;

    public override Task RunAsync() => Task.WhenAll(Enumerable.Range(0, count).Select(one => Go(one < count - 1 ? WriteAsync : LookAsync)));

    private async Task WriteAsync()
    {
        var key = await _first.LockAsync();
        _begun = 1;
        using (await NextAsync(key))
        {
            _done = _begun + 1;
        }
    }

    private async Task LookAsync()
    {
        var key = await _first.LockAsync();
        if (_begun == 0)
        {
            key.Dispose();
            return;
        }

        using (await NextAsync(key))
        {
            Assert.Equal(2, _done);
        }
    }

    private async Task<IDisposable> NextAsync(IDisposable key)
    {
        if (!IsFixed)
        {
            key.Dispose();
            return await _second.LockAsync();
        }

        using (key)
        {
            return await _second.LockAsync();
        }
    }
}
