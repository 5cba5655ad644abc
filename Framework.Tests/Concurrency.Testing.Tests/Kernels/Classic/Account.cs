using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>A deposit and a withdrawal read the balance and write it back; without a lock around both, one of the two is lost.</summary>
internal sealed class Account(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly Shared<int> _balance = sim.Shared(100, "balance");

    public override async Task RunAsync()
    {
        await Task.WhenAll(Go(() => ChangeAsync(50)), Go(() => ChangeAsync(-30)));
        Assert.Equal(120, await _balance.ReadAsync());
    }

    private async Task ChangeAsync(int by)
    {
        using (IsFixed ? await _lock.LockAsync() : null)
        {
            await _balance.WriteAsync(await _balance.ReadAsync() + by);
        }
    }
}
