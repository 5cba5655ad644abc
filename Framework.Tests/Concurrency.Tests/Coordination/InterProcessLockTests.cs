using System.Diagnostics;
using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

public sealed class InterProcessLockTests : IClassFixture<MachineLock>, IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"concurrency-{Guid.NewGuid():n}.lock");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void OC1_External_TwoObjects_ExcludeEachOther()
    {
        var first = new InterProcessLock(_path);
        var second = new InterProcessLock(_path);
        var key = first.Lock();

        Assert.False(first.TryLock(out _));
        Assert.False(second.TryLock(out _));
        key.Dispose();
        key.Dispose();

        Assert.True(second.TryLock(out var other));
        Assert.False(first.TryLock(out _));
        other.Dispose();
        Assert.True(File.Exists(_path));
    }

    [Fact]
    public async Task OC1_External_WaitsOnItsClock_AndCanBeCancelled()
    {
        var clock = new ManualClock();
        var held = new InterProcessLock(_path).Lock();
        var waiting = new InterProcessLock(_path, clock);
        using var source = new CancellationTokenSource();
        var cancelled = waiting.LockAsync(source.Token).AsTask();
        source.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled).Within("cancelled");

        var wait = waiting.LockAsync().AsTask();
        Assert.False(wait.IsCompleted);
        held.Dispose();
        clock.Advance(TimeSpan.FromMilliseconds(100));

        (await wait.Within("lock")).Dispose();
    }

    [Fact]
    public async Task OC1_External_NoDirectory_SaysWhatIsMissing()
    {
        var absent = new InterProcessLock(Path.Combine(_path, "absent", "file"));

        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await absent.LockAsync());

        Assert.Contains("directory", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.ThrowsAny<IOException>(() => absent.TryLock(out _));
        Assert.ThrowsAny<IOException>(() => absent.TryLock(out _));
    }

    [FlockFact]
    public async Task OC1_External_OwnerDies_TheLockIsFree()
    {
        var mine = new InterProcessLock(_path);
        using var owner = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec 9>\"$0\"; flock 9; echo held; read forever", _path },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await owner.StandardOutput.ReadLineAsync().Within("owner"));
        Assert.False(mine.TryLock(out _));

        owner.Kill();
        await owner.WaitForExitAsync().Within("death");

        Assert.True(mine.TryLock(out var key));
        key.Dispose();
    }
}
