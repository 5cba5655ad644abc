using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>Sources of one executor share a descriptor and nothing else; what "full" means for one of them.</summary>
public sealed class FileWatchSharingTests : IClassFixture<MachineLock>
{
    [Fact]
    public async Task Descriptor_IsOnePerExecutor_AndClosedAfterTheLastSource()
    {
        Assert.Equal(0, InotifyDescriptors());
        var one = await FileWatchRun.StartAsync();
        var two = await FileWatchRun.StartAsync(executor: one.Executor);
        Assert.Equal(1, InotifyDescriptors());
        var other = await FileWatchRun.StartAsync();
        Assert.Equal(2, InotifyDescriptors());

        await other.DisposeAsync();
        await two.DisposeAsync();
        Assert.Equal(1, InotifyDescriptors());
        Directory.CreateDirectory(one.Directory / "still");
        Assert.Equal(one.Directory / "still", (await one.NextAsync()).Path);

        await one.Source.DisposeAsync();
        Assert.Equal(0, InotifyDescriptors());
        await using (var again = await FileWatchRun.StartAsync(executor: one.Executor))
        {
            Directory.CreateDirectory(again.Directory / "again");
            Assert.Equal(again.Directory / "again", (await again.NextAsync()).Path);
        }

        await one.DisposeAsync();
        Assert.Equal(0, InotifyDescriptors());
    }

    [Theory]
    [InlineData(ExecutorKind.Cooperative)]
    [InlineData(ExecutorKind.DedicatedThread)]
    [InlineData(ExecutorKind.Pool)]
    public async Task SlowConsumer_OfOneSource_DoesNotDelayAnother(ExecutorKind kind)
    {
        await using var executor = TestExecutors.Create(kind);
        await using var slow = await FileWatchRun.StartAsync(new FileWatchSourceOptions { Capacity = 1, RawLimit = 8 }, executor: executor);
        await using var fast = await FileWatchRun.StartAsync(executor: executor);

        for (var i = 0; i < 200; i++)
        {
            Directory.CreateDirectory(slow.Directory / $"d{i}");
        }

        for (var i = 0; i < 10; i++)
        {
            Directory.CreateDirectory(fast.Directory / $"d{i}");
            Assert.Equal(fast.Directory / $"d{i}", (await fast.NextAsync()).Path);
        }

        await slow.ReadUpToNowAsync();
        await slow.StopAsync();
        Assert.Equal(slow.PathsOnDisk().Order(), slow.PathsAsRead([]).Order());
        Assert.True(slow.Source.Statistics.Resyncs >= 1, $"{slow.Source.Statistics}");
    }

    [Fact]
    public async Task Full_ChangesOfOnePath_AreMergedAndTheLastIsSeen()
    {
        await using var run = await FileWatchRun.StartAsync(
            directory => File.WriteAllText(directory / "users", "0"), new FileWatchSourceOptions { Capacity = 2 });

        for (var i = 1; i <= 1000; i++)
        {
            File.WriteAllText(run.Directory / "users", $"{i}");
        }

        var changes = await run.ReadUpToNowAsync();
        await run.StopAsync();

        Assert.All(changes, change => Assert.Equal(FileChangeKind.Modified, change.Kind));
        Assert.InRange(changes.Count, 1, 5);
        Assert.True(run.Source.Statistics.Coalesced >= 995, $"{run.Source.Statistics}");
        Assert.Equal(0, run.Source.Statistics.Resyncs);
    }

    private static int InotifyDescriptors() => Directory.EnumerateFiles("/proc/self/fd")
        .Count(path => File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name.Contains("inotify", StringComparison.Ordinal) == true);
}
