using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon.Tests;

public sealed class UsersTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("daemon-test-").FullName;
    private readonly Lines _log = new();
    private readonly Users _users;

    public UsersTests()
    {
        _users = new Users(Path.Combine(_directory, "users"), _log);
        File.WriteAllText(_users.Path, "anna one\n");
        _users.LoadFirst();
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Reload_EmptyFile_IsRefusedAndLogged()
    {
        File.WriteAllText(_users.Path, "");
        await _users.ReloadAsync(CancellationToken.None);

        Assert.Equal((1, 1, 0), (_users.Refusals, _users.Empty, _users.Unusable));
        Assert.True(_users.Table.Knows("anna", "one"));
        var (level, line) = _log.All[^1];
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains($"The users file {_users.Path} is empty", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_EmptyAndThenWritten_EndsWithTheNewTable()
    {
        File.WriteAllText(_users.Path, "");
        await _users.ReloadAsync(CancellationToken.None);
        File.WriteAllText(_users.Path, "berta two\n");
        await _users.ReloadAsync(CancellationToken.None);

        Assert.False(_users.Table.Knows("anna", "one"));
        Assert.True(_users.Table.Knows("berta", "two"));
        Assert.Equal(2, _users.Loads);
    }

    [Fact]
    public async Task Reload_MalformedFile_IsRefusedAndLogged()
    {
        File.WriteAllText(_users.Path, "anna\n");
        await _users.ReloadAsync(CancellationToken.None);

        Assert.Equal((1, 0, 1), (_users.Refusals, _users.Empty, _users.Unusable));
        Assert.True(_users.Table.Knows("anna", "one"));
        Assert.Equal(LogLevel.Error, _log.All[^1].Level);
    }

    [Fact]
    public async Task Reload_EmptyFileWhileADriverWrites_IsCountedButNoWarning()
    {
        _users.ExpectedProblem = "A problem made on purpose.";
        File.WriteAllText(_users.Path, "");
        await _users.ReloadAsync(CancellationToken.None);

        Assert.Equal(1, _users.Refusals);
        Assert.Equal(LogLevel.Debug, _log.All[^1].Level);
    }

    private sealed class Lines : ILogger<Users>
    {
        public List<(LogLevel Level, string Line)> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add((logLevel, formatter(state, exception)));
    }
}
