using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>What a source does when what it watches goes away and comes back.</summary>
public sealed class FileWatchRootTests
{
    [Fact]
    public async Task F5_WatchedDirectoryDeletedAndMadeAgain_IsWatchedAgain()
    {
        await using var run = await FileWatchRun.StartAsync(
            directory => Directory.CreateDirectory(directory / "root/sub"), new FileWatchSourceOptions { Recursive = true }, "root");

        for (var i = 0; i < 3; i++)
        {
            Directory.Delete(run.Directory / "root", recursive: true);
            Assert.Equal(["Deleted sub", "Deleted root"], await ReadAsync(run, 2));

            Directory.CreateDirectory(run.Directory / "root/sub");
            Assert.Equal(["Created root", "Created sub"], await ReadAsync(run, 2));
        }

        Directory.CreateDirectory(run.Directory / "root/sub/new");
        Assert.Equal(["Created new"], await ReadAsync(run, 1));
        await run.StopAsync();
    }

    [Fact]
    public async Task WatchedDirectoryMovedAwayAndAnotherMovedIn_IsTheNewOne()
    {
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            Directory.CreateDirectory(directory / "root/a");
            Directory.CreateDirectory(directory / "other/b");
        }, path: "root");

        Directory.Move(run.Directory / "root", run.Directory / "gone");
        Assert.Equal(["Deleted a", "Deleted root"], await ReadAsync(run, 2));
        Directory.CreateDirectory(run.Directory / "gone/unseen");

        Directory.Move(run.Directory / "other", run.Directory / "root");
        Assert.Equal(["Created root", "Created b"], await ReadAsync(run, 2));
        Directory.CreateDirectory(run.Directory / "root/c");
        Assert.Equal(["Created c"], await ReadAsync(run, 1));
    }

    [Fact]
    public async Task DirectoriesAboveDeletedAndMadeAgain_TheFileIsFollowed()
    {
        await using var run = await FileWatchRun.StartAsync(directory =>
        {
            Directory.CreateDirectory(directory / "a/b/c");
            File.WriteAllText(directory / "a/b/c/file", "x");
        }, path: "a/b/c/file");

        for (var i = 0; i < 3; i++)
        {
            Directory.Delete(run.Directory / "a", recursive: true);
            Assert.Equal(["Deleted file"], await ReadAsync(run, 1));

            // Step by step from above, and something else beside it on each step.
            Directory.CreateDirectory(run.Directory / "a/x");
            Directory.CreateDirectory(run.Directory / "a/b/x");
            Directory.CreateDirectory(run.Directory / "a/b/c/x");
            File.CreateSymbolicLink(run.Directory / "a/b/c/file", "nowhere");
            Assert.Equal(["Created file"], await ReadAsync(run, 1));
        }

        await run.StopAsync();
    }

    [Fact]
    public async Task SeveralPaths_AreOneSource()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory / "d");
        await using var executor = TestExecutors.Create(Execution.ExecutorKind.Pool);
        await using var source = new FileWatchSource([directory / "d", directory / "one", directory / "two"]);
        await source.StartAsync(executor).Within("starting");

        Directory.CreateDirectory(directory / "one");
        Directory.CreateDirectory(directory / "other");
        Directory.CreateDirectory(directory / "d/inside");
        Directory.CreateDirectory(directory / "two");

        var names = new List<string>();
        while (names.Count < 3)
        {
            names.Add(Path.GetFileName((await source.Events.ReadAsync().Within("the next event")).Path));
        }

        Assert.Equal(["one", "inside", "two"], names);
    }

    [Fact]
    public async Task PathsThatCoverOneAnother_AreRefused()
    {
        using var directory = new TempDirectory();
        await using var executor = TestExecutors.Create(Execution.ExecutorKind.Cooperative);
        await using var source = new FileWatchSource([directory.Path, directory / "file"]);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => source.StartAsync(executor).Within("starting"));

        Assert.Contains(directory.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_MustBeGiven()
    {
        Assert.Throws<ArgumentException>(() => new FileWatchSource(Array.Empty<string>()));
        Assert.Throws<ArgumentException>(() => new FileWatchSource(" "));
        Assert.Throws<ArgumentNullException>(() => new FileWatchSource((IEnumerable<string>)null!));
    }

    [Fact]
    public void Limits_AreNamedWithTheirValueAndWhatToDo()
    {
        var instances = File.ReadAllText("/proc/sys/fs/inotify/max_user_instances").Trim();
        var watches = File.ReadAllText("/proc/sys/fs/inotify/max_user_watches").Trim();

        var onOpen = InotifyFailure.OnOpen(24).Message;
        var onWatch = InotifyFailure.OnWatch(28, "/some/where").Message;

        Assert.Contains($"fs.inotify.max_user_instances, is {instances},", onOpen, StringComparison.Ordinal);
        Assert.Contains($"fs.inotify.max_user_watches, is {watches}.", onWatch, StringComparison.Ordinal);
        Assert.Contains("/some/where", onWatch, StringComparison.Ordinal);
        Assert.All([onOpen, onWatch], message => Assert.Contains("sysctl", message, StringComparison.Ordinal));
    }

    private static async Task<string[]> ReadAsync(FileWatchRun run, int count)
    {
        var changes = new List<FileChange>();
        while (changes.Count < count)
        {
            changes.Add(await run.NextAsync());
        }

        return FileWatchRun.Short(changes);
    }
}
