using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>What one change of one file or directory becomes.</summary>
public sealed class FileWatchSourceTests
{
    private static readonly FileWatchSourceOptions s_recursive = new() { Recursive = true };

    [Fact]
    public async Task N1_RenameOverTheWatchedFile_IsReportedAndOthersAreNot()
    {
        await using var run = await FileWatchRun.StartAsync(directory => File.WriteAllText(directory / "users", "old"), path: "users");

        File.WriteAllText(run.Directory / "other", "x");
        File.WriteAllText(run.Directory / "users.new", "new");
        File.Move(run.Directory / "users.new", run.Directory / "users", overwrite: true);

        Assert.Equal("Modified users", Assert.Single(FileWatchRun.Short([await run.NextAsync()])));
        Assert.Equal("new", File.ReadAllText(run.Directory / "users"));
        Assert.Empty(await run.StopAsync());
    }

    [Fact]
    public async Task N2_SourcesStartedAndStoppedInTurn_EachSeesWhatHappensWhileItRuns()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.Cooperative);
        using var directory = new TempDirectory();
        for (var i = 0; i < 5; i++)
        {
            await using var source = new FileWatchSource(directory.Path);
            await source.StartAsync(executor).Within("starting");

            Directory.CreateDirectory(directory / $"while{i}");
            var change = await source.Events.ReadAsync().Within("the event");
            await source.StopAsync().Within("stopping");
            Directory.CreateDirectory(directory / $"after{i}");

            Assert.Equal(directory / $"while{i}", change.Path);
            Assert.False(await source.Events.WaitToReadAsync().Within("the end of the events"));
        }
    }

    [Fact]
    public async Task N4_BeforeTheStart_NothingIsReported()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.Cooperative);
        using var directory = new TempDirectory();
        await using var source = new FileWatchSource(directory.Path);

        Directory.CreateDirectory(directory / "before");
        await source.StartAsync(executor).Within("starting");
        Directory.CreateDirectory(directory / "after");

        Assert.Equal(directory / "after", (await source.Events.ReadAsync().Within("the first event")).Path);
    }

    [Fact]
    public async Task N5_TwoSourcesOfOneDirectory_BothSeeTheChange()
    {
        await using var run = await FileWatchRun.StartAsync();
        await using var second = new FileWatchSource(run.Directory.Path, new FileWatchSourceOptions { Name = "second" });
        await second.StartAsync(run.Executor).Within("starting the second");

        Directory.CreateDirectory(run.Directory / "one");
        Assert.Equal("Created one", Assert.Single(FileWatchRun.Short([await run.NextAsync()])));
        Assert.Equal(run.Directory / "one", (await second.Events.ReadAsync().Within("the second's event")).Path);

        await run.StopAsync();
        await run.Source.DisposeAsync().Within("disposing the first");
        Directory.CreateDirectory(run.Directory / "two");
        Assert.Equal(run.Directory / "two", (await second.Events.ReadAsync().Within("the second's next event")).Path);
    }

    [Fact]
    public async Task N7_DirectoryThatDoesNotExist_FailsTheStartEachTime()
    {
        await using var executor = TestExecutors.Create(ExecutorKind.Cooperative);
        using var directory = new TempDirectory();
        for (var i = 0; i < 3; i++)
        {
            await using var source = new FileWatchSource(directory / "missing/file");

            var error = await Assert.ThrowsAsync<DirectoryNotFoundException>(() => source.StartAsync(executor).Within("starting"));

            Assert.Contains(directory / "missing", error.Message, StringComparison.Ordinal);
            Assert.Same(error, await Assert.ThrowsAsync<DirectoryNotFoundException>(() => source.Events.Completion.Within("completion")));
        }
    }

    [Fact]
    public async Task SingleFile_DeletedAndMadeAgain_IsFollowed()
    {
        await using var run = await FileWatchRun.StartAsync(directory => File.WriteAllText(directory / "users", "1"), path: "users");

        for (var i = 0; i < 3; i++)
        {
            File.Delete(run.Directory / "users");
            Assert.Equal(FileChangeKind.Deleted, (await run.NextAsync()).Kind);

            MakeFile(run.Directory / "users");
            Assert.Equal(FileChangeKind.Created, (await run.NextAsync()).Kind);
        }

        Assert.Empty(await run.StopAsync());
    }

    [Fact]
    public async Task F7_SingleFileMovedAway_IsDeletedAndANewOneIsCreated()
    {
        await using var run = await FileWatchRun.StartAsync(directory => File.WriteAllText(directory / "users", "1"), path: "users");

        File.Move(run.Directory / "users", run.Directory / "users.old");
        Assert.Equal(FileChangeKind.Deleted, (await run.NextAsync()).Kind);

        Directory.CreateDirectory(run.Directory / "users");
        var created = await run.NextAsync();
        Assert.Equal((FileChangeKind.Created, true), (created.Kind, created.IsDirectory));
    }

    [Fact]
    public async Task F6_SameSizeWritesInQuickSuccession_TheLastIsSeen()
    {
        await using var run = await FileWatchRun.StartAsync(directory => File.WriteAllText(directory / "users", "0000"), path: "users");
        for (var i = 1; i <= 50; i++)
        {
            File.WriteAllText(run.Directory / "users", $"{i:0000}");
            string seen;
            do
            {
                Assert.Equal(FileChangeKind.Modified, (await run.NextAsync()).Kind);
                seen = File.ReadAllText(run.Directory / "users");
            }
            while (seen != $"{i:0000}");
        }
    }

    [Fact]
    public async Task Write_ThatIsNotClosed_IsHeldBackUntilTheClose()
    {
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { WriteInterval = TimeSpan.FromHours(1) });
        var path = run.Directory / "log";
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            Assert.Equal(FileChangeKind.Created, (await run.NextAsync()).Kind);
            RandomAccess.Write(file, "half"u8, 0);
            Assert.Empty(await run.ReadUpToNowAsync());
            RandomAccess.Write(file, "all"u8, 4);
        }

        Assert.Equal("Modified log", Assert.Single(FileWatchRun.Short(await run.ReadUpToNowAsync())));
        await run.StopAsync();
        Assert.True(run.Source.Statistics.Coalesced >= 2, $"{run.Source.Statistics}");
    }

    [Fact]
    public async Task Write_ThatIsNotClosed_IsReportedAfterTheInterval()
    {
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { WriteInterval = TimeSpan.FromMilliseconds(1) });
        using var file = File.OpenHandle(run.Directory / "log", FileMode.Create, FileAccess.Write);
        Assert.Equal(FileChangeKind.Created, (await run.NextAsync()).Kind);

        for (var i = 0; i < 3; i++)
        {
            RandomAccess.Write(file, "more"u8, 4 * i);
            Assert.Equal("Modified log", Assert.Single(FileWatchRun.Short([await run.NextAsync()])));
        }
    }

    [Fact]
    public async Task Write_WithoutInterval_IsReportedAtOnce()
    {
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { WriteInterval = TimeSpan.Zero });
        using var file = File.OpenHandle(run.Directory / "log", FileMode.Create, FileAccess.Write);
        // .NET empties the file after it was made, which is a write of its own; seen together with the creation it is part of it.
        var made = FileWatchRun.Short(await run.ReadUpToNowAsync());
        Assert.True(made is ["Created log"] or ["Created log", "Modified log"], string.Join(", ", made));

        RandomAccess.Write(file, "more"u8, 0);

        Assert.Equal(["Modified log"], FileWatchRun.Short(await run.ReadUpToNowAsync()));
    }

    [Fact]
    public async Task Stop_WithAHeldWriteAndAHalfMove_ReportsBoth()
    {
        using var elsewhere = new TempDirectory();
        var options = new FileWatchSourceOptions { WriteInterval = TimeSpan.FromHours(1), MoveWindow = TimeSpan.FromHours(1) };
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            File.WriteAllText(directory / "moved", "x");
            File.WriteAllText(directory / "log", "x");
        }, options);
        using var file = File.OpenHandle(run.Directory / "log", FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, "more"u8, 0);
        File.Move(run.Directory / "moved", elsewhere / "moved");
        Assert.Empty(await run.ReadUpToNowAsync());

        var rest = FileWatchRun.Short(await run.StopAsync());

        Assert.Equal(["Deleted moved", "Modified log"], rest);
    }

    [Fact]
    public async Task Rename_OfAFile_IsOneEventWithBothPaths()
    {
        await using var run = await FileWatchRun.StartAsync(directory => File.WriteAllText(directory / "a", "x"));

        File.Move(run.Directory / "a", run.Directory / "b");

        Assert.Equal(["Renamed a->b"], FileWatchRun.Short(await run.ReadUpToNowAsync()));
    }

    [Fact]
    public async Task Rename_OfADirectory_IsReportedWithAllThatIsInIt()
    {
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            Directory.CreateDirectory(directory / "d/e");
            File.WriteAllText(directory / "d/e/f", "x");
        }, s_recursive);

        Directory.Move(run.Directory / "d", run.Directory / "r");
        Assert.Equal(["Renamed d->r", "Renamed e->e", "Renamed f->f"], FileWatchRun.Short(await run.ReadUpToNowAsync()));
        Assert.Equal(run.Directory / "r/e/f", run.Read[2].Path);
        Assert.Equal(run.Directory / "d/e/f", run.Read[2].OldPath);

        File.Delete(run.Directory / "r/e/f");
        Directory.CreateDirectory(run.Directory / "d");
        Assert.Equal(["Deleted f", "Created d"], FileWatchRun.Short(await run.ReadUpToNowAsync("r/e")));
    }

    [Fact]
    public async Task Move_OutOfTheTreeAndBackIn_IsDeletedAndCreatedWithAllThatIsInIt()
    {
        using var elsewhere = new TempDirectory();
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            Directory.CreateDirectory(directory / "d");
            File.WriteAllText(directory / "d/f", "x");
        }, s_recursive);

        Directory.Move(run.Directory / "d", elsewhere / "d");
        Assert.Equal(["Deleted f", "Deleted d"], FileWatchRun.Short(await run.ReadUpToAsync(change => change.Path == run.Directory / "d"))
            .Append("Deleted d"));
        File.WriteAllText(elsewhere / "d/unseen", "x");

        Directory.Move(elsewhere / "d", run.Directory / "back");
        Assert.Equal(
            ["Created back", "Created f", "Created unseen"], FileWatchRun.Short(await run.ReadUpToNowAsync()).Order(StringComparer.Ordinal));
        await run.StopAsync();
        Assert.Equal(0, run.Source.Statistics.Resyncs);
    }

    [Fact]
    public async Task Recursive_DeepTreeMadeAtOnce_IsReportedWhole()
    {
        await using var run = await FileWatchRun.StartAsync(s_recursive);

        Directory.CreateDirectory(run.Directory / "a/b/c/d/e/f/g/h");
        File.WriteAllText(run.Directory / "a/b/c/d/e/f/g/h/file", "x");

        await run.ReadUpToNowAsync("a/b/c/d/e/f/g/h");
        await run.StopAsync();
        Assert.Equal(run.PathsOnDisk().Order(), run.PathsAsRead([]).Order());
        Assert.Equal(9, run.Read.Count(change => change.Kind == FileChangeKind.Created && !change.Path.Contains("sentinel", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task NotRecursive_WhatIsBelowADirectory_IsNotReported()
    {
        await using var run = await FileWatchRun.StartAsync(directory => Directory.CreateDirectory(directory / "d"));

        Directory.CreateDirectory(run.Directory / "d/e");
        Directory.CreateDirectory(run.Directory / "f/g");

        Assert.Equal(["Created f"], FileWatchRun.Short(await run.ReadUpToNowAsync()));
    }

    [Fact]
    public async Task Filter_ReportsMatchingFilesOnly_AlsoThroughRenames()
    {
        await using var run = await FileWatchRun.StartAsync(new FileWatchSourceOptions { Recursive = true, Filter = "*.conf" });

        Directory.CreateDirectory(run.Directory / "d");
        MakeFile(run.Directory / "d/x.conf");
        MakeFile(run.Directory / "d/x.log");
        MakeFile(run.Directory / "d/end.conf");
        Assert.Equal(["Created x.conf"], FileWatchRun.Short(
            await run.ReadUpToAsync(change => change.Path == run.Directory / "d/end.conf")));

        File.Move(run.Directory / "d/x.log", run.Directory / "d/y.conf");
        File.Move(run.Directory / "d/y.conf", run.Directory / "d/z.log");
        File.Move(run.Directory / "d/x.conf", run.Directory / "d/w.conf");
        MakeFile(run.Directory / "d/moved.conf");
        var kinds = FileWatchRun.Short(await run.ReadUpToAsync(change => change.Path == run.Directory / "d/moved.conf"));
        Assert.True(kinds is ["Created y.conf", "Deleted y.conf", "Renamed x.conf->w.conf"] or ["Deleted y.conf", "Renamed x.conf->w.conf"],
            string.Join(", ", kinds));

        Directory.Move(run.Directory / "d", run.Directory / "r");
        MakeFile(run.Directory / "r/last.conf");
        Assert.Equal(
            ["end.conf", "moved.conf", "w.conf"],
            (await run.ReadUpToAsync(change => change.Path == run.Directory / "r/last.conf"))
                .Select(change => Path.GetFileName(Assert.IsType<string>(change.OldPath))).Order());
    }

    [Fact]
    public async Task Links_ToDirectories_AreNotFollowed()
    {
        using var elsewhere = new TempDirectory();
        await using var run = await FileWatchRun.StartAsync(
            directory => File.CreateSymbolicLink(directory / "old", elsewhere.Path), s_recursive);

        Directory.CreateSymbolicLink(run.Directory / "new", elsewhere.Path);
        Directory.CreateDirectory(elsewhere / "unseen");

        var change = Assert.Single(await run.ReadUpToNowAsync());
        Assert.Equal((FileChangeKind.Created, run.Directory / "new", false), (change.Kind, change.Path, change.IsDirectory));
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("umlaut-ü-雪")]
    [InlineData("line\nbreak")]
    [InlineData("-rf")]
    public async Task Names_OfEveryKind_ComeThroughWhole(string name)
    {
        await using var run = await FileWatchRun.StartAsync();

        Directory.CreateDirectory(run.Directory / name);

        Assert.Equal(run.Directory / name, (await run.NextAsync()).Path);
    }

    /// <summary>Makes something that is no directory by one kernel event: a link to nowhere.</summary>
    private static void MakeFile(string path) => File.CreateSymbolicLink(path, "nowhere");
}
