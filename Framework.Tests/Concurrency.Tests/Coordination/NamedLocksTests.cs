using Concurrency.Coordination;

namespace Concurrency.Tests.Coordination;

public sealed class NamedLocksTests
{
    [Fact]
    public async Task OC1_SameName_IsOneLock_ServedInOrder()
    {
        var locks = new NamedLocks();
        var key = locks.Lock("disk");
        var first = locks.LockAsync("disk").AsTask();
        var second = locks.LockAsync("disk").AsTask();
        using (locks.Lock("net"))
        {
            Assert.Equal(2, locks.Count);
        }

        key.Dispose();
        var next = await first;
        Assert.False(second.IsCompleted);
        next.Dispose();
        next.Dispose();
        (await second).Dispose();

        Assert.Equal(0, locks.Count);
    }

    [Fact]
    public void OC1_NotBlocking_SaysThatItIsHeld()
    {
        var locks = new NamedLocks();
        Assert.True(locks.TryLock("disk", out var key));
        Assert.False(locks.TryLock("disk", out _));

        key.Dispose();

        Assert.True(locks.TryLock("disk", out key));
        key.Dispose();
        Assert.Equal(0, locks.Count);
    }

    [Fact]
    public async Task OC1_Cancelled_LeavesNothingBehind()
    {
        var locks = new NamedLocks();
        using var source = new CancellationTokenSource();
        var key = locks.Lock("disk");
        var wait = locks.LockAsync("disk", source.Token).AsTask();

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        key.Dispose();
        Assert.Equal(0, locks.Count);
        Assert.Throws<ArgumentException>(() => locks.Lock(string.Empty));
    }
}
