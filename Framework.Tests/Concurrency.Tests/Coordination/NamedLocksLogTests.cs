using Concurrency.Coordination;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging;

namespace Concurrency.Tests.Coordination;

public sealed class NamedLocksLogTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly ListLogger _logger = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("concurrency-locks-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task OC1_Log_SaysHowLongItWasWaitedForAndHeld()
    {
        var locks = new NamedLocks(new NamedLocksOptions { Prefix = "app-", TimeProvider = _clock, Logger = _logger });
        var held = locks.Lock("disk");
        var wait = locks.LockAsync("disk").AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        held.Dispose();
        var next = await wait.Within("next");
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.False(locks.TryLock("disk", out _));
        next.Dispose();

        Assert.Equal(
            [
                "The lock 'app-disk' was not taken after a wait of 00:00:00.",
                "The lock 'app-disk' was released after 00:00:02.",
                "The lock 'app-disk' was released after 00:00:03.",
                "The lock 'app-disk' was taken after a wait of 00:00:00.",
                "The lock 'app-disk' was taken after a wait of 00:00:02.",
            ],
            _logger.Messages.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OC1_Log_WarnsOfLongWaitsAndHolds()
    {
        var limit = TimeSpan.FromSeconds(1);
        var locks = new NamedLocks(new NamedLocksOptions { SlowWait = limit, SlowHold = limit, TimeProvider = _clock, Logger = _logger });
        var held = locks.Lock("disk");
        var wait = locks.LockAsync("disk").AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        held.Dispose();
        (await wait.Within("next")).Dispose();

        Assert.Single(_logger.Messages, "The lock 'disk' was waited for 00:00:02, longer than 00:00:01.");
        Assert.Single(_logger.Messages, "The lock 'disk' was held for 00:00:02, longer than 00:00:01.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new NamedLocks(new NamedLocksOptions { SlowHold = TimeSpan.FromSeconds(-2) }));
    }

    [Fact]
    public async Task OC2_External_NamedLock_ExcludesInAndBetweenProcesses()
    {
        var options = new NamedLocksOptions { Directory = _directory.FullName, Prefix = "app-", TimeProvider = _clock };
        var mine = new NamedLocks(options);
        var theirs = new NamedLocks(options);
        var held = await mine.LockAsync("disk/1");

        Assert.False(mine.TryLock("disk/1", out _));
        Assert.False(theirs.TryLock("disk/1", out _));
        Assert.True(theirs.TryLock("disk/2", out var other));
        other.Dispose();
        Assert.Null(await theirs.TryLockAsync("disk/1", TimeSpan.Zero));
        Assert.Equal(["app-disk%2F1", "app-disk%2F2"], _directory.GetFiles().Select(file => file.Name).Order());
        held.Dispose();

        using var key = theirs.Lock("disk/1");
        Assert.False(mine.TryLock("disk/1", out _));
        Assert.Equal((0, 1), (mine.Count, theirs.Count));
    }

    [Fact]
    public void OC2_External_NamesThatDiffer_AreLocksThatDiffer()
    {
        var locks = new NamedLocks(new NamedLocksOptions { Directory = _directory.FullName });
        var deep = new string('/', 200);
        string[] names =
        [
            "a/b", "a_b", "a%2Fb", "a b", "a\0b", "a\\b", ".", "..", "%2E", ".a", "a.", "\u00e9", "\ud83d\ude00", "\ud83d", "\ude00", "\ufffd",
            deep, deep + "/", deep + "_", new string('a', 300), new string('a', 301),
        ];

        // None is held by another one: each is free, and each has a file of its own.
        var held = names.Select(name => Assert.IsAssignableFrom<IDisposable>(locks.TryLock(name, out var key) ? key : null)).ToList();

        var files = _directory.GetFiles().Select(file => file.Name).ToList();
        Assert.Equal(names.Length, files.Count);
        Assert.DoesNotContain(files, name => name.StartsWith('.') || name.Length > 255);
        Assert.Superset(new HashSet<string> { "a%2Fb", "a_b", "a%252Fb", "%2E.", "a.", "%C3%A9", "%F0%9F%98%80", "%uD83D" }, files.ToHashSet());
        held.ForEach(key => key.Dispose());
    }

    [Fact]
    public void OC2_External_NoDirectory_LeavesNothingHeld()
    {
        var locks = new NamedLocks(new NamedLocksOptions { Directory = Path.Combine(_directory.FullName, "absent") });

        Assert.ThrowsAny<IOException>(() => locks.TryLock("disk", out _));
        Assert.ThrowsAny<IOException>(() => locks.Lock("disk"));

        Assert.Equal(0, locks.Count);
    }

    [FlockFact]
    public async Task OC2_External_TheLogThrows_LeavesNothingHeld()
    {
        var logged = new NamedLocks(new NamedLocksOptions { Directory = _directory.FullName, Logger = new FailingLogger() });
        Assert.Throws<FormatException>(() => logged.Lock("disk"));
        Assert.Throws<FormatException>(() => logged.TryLock("disk", out _));
        await Assert.ThrowsAsync<FormatException>(async () => await logged.LockAsync("disk"));
        Assert.Equal(0, logged.Count);

        Assert.True(new NamedLocks(new NamedLocksOptions { Directory = _directory.FullName }).TryLock("disk", out var key));
        key.Dispose();
    }

    [FlockFact]
    public void OC2_LockFile_IsRemovedOnlyWhenNobodyHoldsIt()
    {
        var locks = new NamedLocks(new NamedLocksOptions { Directory = _directory.FullName });
        var held = locks.Lock("disk");
        Assert.False(locks.TryRemoveFile("disk"));
        held.Dispose();

        Assert.True(locks.TryRemoveFile("disk"));
        Assert.True(locks.TryRemoveFile("disk"));

        Assert.Empty(_directory.GetFiles());
        locks.Lock("disk").Dispose();
        Assert.Single(_directory.GetFiles());
        Assert.True(new NamedLocks().TryRemoveFile("disk"));
    }

    private sealed class FailingLogger : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new FormatException();
    }
}
