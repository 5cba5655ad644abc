using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>One actor protects a variable with one lock, the others with another. Corrected: the same lock.</summary>
internal sealed class WrongLock(Sim sim, bool isFixed, int others) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _right = new();
    private readonly AsyncLock _wrong = new();
    private readonly Shared<int> _value = sim.Shared(0, "value");

    public override Task RunAsync() => Task.WhenAll(Enumerable.Range(0, others).Select(_ => Go(AddAsync)).Prepend(Go(CheckAsync)));

    private async Task CheckAsync()
    {
        using (await _right.LockAsync())
        {
            var before = await _value.ReadAsync();
            await _value.WriteAsync(before + 1);
            Assert.Equal(before + 1, await _value.ReadAsync());
        }
    }

    private async Task AddAsync()
    {
        using (await (IsFixed ? _right : _wrong).LockAsync())
        {
            await _value.WriteAsync(await _value.ReadAsync() + 1);
        }
    }
}
