using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// A value is made in two parts by two actors, and a third one takes it to be unfinished when it looks, because it was started at the same
/// time. It fails only when it comes last. Corrected: it says what it needs, and waits for both parts.
/// </summary>
internal sealed class Lazy01(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncCountdownEvent _parts = new(2);
    private int _value;

    public override Task RunAsync() => Task.WhenAll(Go(() => AddAsync(1)), Go(() => AddAsync(2)), Go(LookAsync));

    private async Task AddAsync(int part)
    {
        using (await _lock.LockAsync())
        {
            _value += part;
        }

        _parts.Signal();
    }

    private async Task LookAsync()
    {
        if (IsFixed)
        {
            await _parts.WaitAsync();
        }

        using (await _lock.LockAsync())
        {
            Assert.Equal(IsFixed, _value == 3);
        }
    }
}
