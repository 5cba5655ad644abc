using System.Diagnostics;
using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>Storms of real files, and losses of the kernel's queue.</summary>
public sealed class FileWatchStormTests : IClassFixture<MachineLock>
{
    public static TheoryData<ExecutorKind> Kinds => [ExecutorKind.Cooperative, ExecutorKind.DedicatedThread, ExecutorKind.Pool];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Recursive_10000FilesInFreshNestedDirectoriesByAShell_AreAllReported(ExecutorKind kind)
    {
        await using var executor = TestExecutors.Create(kind);
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { Recursive = true }, executor: executor);
        var reading = executor.RunAsync(_ => run.ReadUpToAsync(change => change.Path == run.Directory / "end"));

        await ShellAsync(run.Directory.Path,
            "for i in $(seq 2000); do mkdir -p $i/a/b/c; : > $i/a/b/c/1; : > $i/a/b/c/2; : > $i/a/b/c/3; : > $i/a/b/c/4; : > $i/a/b/c/5; done; mkdir end");
        await reading.Within($"reading the storm; {run.Source.Statistics}");
        await run.StopAsync();

        var files = run.Read.Where(change => change is { Kind: FileChangeKind.Created, IsDirectory: false }).Select(change => change.Path);
        Assert.Equal(10_000, files.Distinct().Count());
        Assert.Equal(run.PathsOnDisk(), run.PathsAsRead([]));
    }

    [Fact]
    public async Task Overflow_OfTheKernelQueue_IsRescannedAndFlagged()
    {
        // The executor stands still while more happens than the kernel's queue holds.
        var limit = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        await using var executor = TestExecutors.Create(ExecutorKind.DedicatedThread);
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            for (var i = 0; i < 100; i++)
            {
                File.WriteAllText(directory / $"old{i}", "old");
            }
        }, new FileWatchSourceOptions { Recursive = true }, executor: executor);
        var atStart = run.PathsOnDisk();
        using var standing = new ManualResetEventSlim();
        var blocked = executor.InvokeAsync(standing.Wait);

        for (var i = 0; i < limit + 1000; i++)
        {
            Directory.CreateDirectory(run.Directory / $"new{i}");
        }

        for (var i = 0; i < 50; i++)
        {
            File.Delete(run.Directory / $"old{i}");
            File.WriteAllText(run.Directory / $"old{50 + i}", "new");
        }

        standing.Set();
        await blocked.Within("the end of the standstill");
        await run.ReadUpToNowAsync();
        await run.StopAsync();

        Assert.Equal(run.PathsOnDisk(), run.PathsAsRead(atStart));
        Assert.True(run.Source.Statistics.Resyncs >= 1, $"{run.Source.Statistics}");
        var resync = run.Read.Where(change => change.Resync).ToLookup(change => change.Kind);
        Assert.Equal(50, resync[FileChangeKind.Deleted].Count());
        Assert.Equal(50, resync[FileChangeKind.Modified].Count(change => Path.GetFileName(change.Path).StartsWith("old", StringComparison.Ordinal)));
        Assert.True(resync[FileChangeKind.Created].Any());
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

    internal static async Task ShellAsync(string directory, string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = directory })!;
        await shell.WaitForExitAsync().Within("the shell");
        Assert.Equal(0, shell.ExitCode);
    }
}
