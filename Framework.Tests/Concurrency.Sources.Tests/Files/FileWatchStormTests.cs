using System.Diagnostics;
using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>Storms of real files, and losses of the kernel's queue.</summary>
public sealed class FileWatchStormTests : IClassFixture<MachineLock>
{
    [Theory]
    [InlineData(ExecutorKind.Cooperative, 2_000)]
    [InlineData(ExecutorKind.DedicatedThread, 400)]
    [InlineData(ExecutorKind.Pool, 400)]
    public async Task Recursive_FilesInFreshNestedDirectoriesByAShell_AreAllReported(ExecutorKind kind, int rounds)
    {
        await using var executor = TestExecutors.Create(kind);
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { Recursive = true }, executor: executor);
        var reading = executor.RunAsync(_ => run.ReadUpToAsync(change => change.Path == run.Directory / "end"));

        await ShellAsync(run.Directory.Path,
            $"for i in $(seq {rounds}); do mkdir -p $i/a/b/c; : > $i/a/b/c/1; : > $i/a/b/c/2; : > $i/a/b/c/3; : > $i/a/b/c/4; : > $i/a/b/c/5; done; mkdir end");
        await reading.Within($"reading the storm; {run.Source.Statistics}");
        await run.StopAsync();

        var files = run.Read.Where(change => change is { Kind: FileChangeKind.Created, IsDirectory: false }).Select(change => change.Path);
        Assert.Equal(5 * rounds, files.Distinct().Count());
        Assert.Equal(run.PathsOnDisk(), run.PathsAsRead([]));
    }

    [Fact]
    public async Task F5_OverflowOfTheKernelQueue_IsRescannedAndFlagged()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.DedicatedThread);
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            for (var i = 0; i < 100; i++)
            {
                File.WriteAllText(directory / $"old{i}", "old");
            }
        }, new FileWatchSourceOptions { Recursive = true }, executor: executor);
        var atStart = run.PathsOnDisk();

        // The executor stands still while more happens than the kernel's queue holds; what comes then is lost.
        using var standing = new ManualResetEventSlim();
        var blocked = executor.InvokeAsync(standing.Wait);
        FillTheQueue(run.Directory / "old98", run.Directory / "old99");
        for (var i = 0; i < 40; i++)
        {
            File.Delete(run.Directory / $"old{i}");
            File.WriteAllText(run.Directory / $"old{40 + i}", "new");
            Directory.CreateDirectory(run.Directory / $"new{i}/below");
            File.WriteAllText(run.Directory / $"new{i}/below/file", "new");
        }

        standing.Set();
        await blocked.Within("the end of the standstill");
        await run.ReadUpToNowAsync("new7/below");
        await run.StopAsync();

        Assert.Equal(run.PathsOnDisk().Order(), run.PathsAsRead(atStart).Order());
        Assert.True(run.Source.Statistics.Resyncs >= 1, $"{run.Source.Statistics}");
        var resync = run.Read.Where(change => change.Resync).ToLookup(change => change.Kind);
        Assert.Equal(40, resync[FileChangeKind.Deleted].Count());
        Assert.Equal(40, resync[FileChangeKind.Modified].Count(change => !change.Path.Contains("old9", StringComparison.Ordinal)));
        Assert.Equal(40, resync[FileChangeKind.Created].Count(change => change.Path.EndsWith("/below/file", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1, 1, 16)]
    [InlineData(2, 4, 64)]
    [InlineData(3, 1024, 16_384)]
    [InlineData(4, 8, 16_384)]
    [InlineData(5, 64, 32)]
    public async Task RandomChanges_WhateverTheBounds_EndInTheRightState(int seed, int capacity, int rawLimit)
    {
        var options = new FileWatchSourceOptions { Recursive = true, Capacity = capacity, RawLimit = rawLimit };
        await using var executor = TestExecutors.Create(ExecutorKind.Pool);
        await using var run = await FileWatchRun.StartAsync(options, executor: executor);
        var changes = new RandomChanges(run.Directory.Path, seed);
        var reading = executor.RunAsync(_ => run.ReadUpToAsync(change => change.Path == run.Directory / "end"));

        await executor.InvokeAsync(() => changes.Make(3_000)).Within("making the changes");
        Directory.CreateDirectory(run.Directory / "end");
        await reading.Within($"reading up to the end; {run.Source.Statistics}");
        await run.StopAsync();

        Assert.Equal(run.PathsOnDisk().Order(), run.PathsAsRead([]).Order());
    }

    /// <summary>Makes more kernel events than the queue holds: writes to two files in turn, which the kernel does not merge.</summary>
    private static void FillTheQueue(string one, string other)
    {
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        using var first = File.OpenHandle(one, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        using var second = File.OpenHandle(other, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        for (var i = 0; i <= limit; i++)
        {
            RandomAccess.Write(i % 2 == 0 ? first : second, "x"u8, 0);
        }
    }

    internal static async Task ShellAsync(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = directory })!;
        await shell.WaitForExitAsync().Within("the shell");
        Assert.Equal(0, shell.ExitCode);
    }
}
