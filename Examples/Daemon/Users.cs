using Microsoft.Extensions.Logging;

namespace Concurrency.Examples.Daemon;

/// <summary>The users file and the table that was last read from it.</summary>
internal sealed partial class Users(string path, ILogger<Users> logger)
{
    private readonly ILogger _logger = logger;
    private UsersTable _table = UsersTable.Empty;
    private int _loads;
    private int _refusals;

    public string Path { get; } = path;

    public UsersTable Table => Volatile.Read(ref _table);

    /// <summary>How often a table was read from the file.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>How often the file was not taken over.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>The problem that a driver causes on purpose, of which the log need not warn; null for none.</summary>
    public string? ExpectedProblem { get; set; }

    /// <summary>Reads the file for the first time.</summary>
    /// <exception cref="DaemonException">It cannot be read or is malformed.</exception>
    public void LoadFirst()
    {
        try
        {
            Replace(UsersTable.Parse(File.ReadAllBytes(Path)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new DaemonException($"The users file '{Path}' cannot be used: {error.Message} Give a readable file with --users.", error);
        }
    }

    /// <summary>Reads the file again: a malformed one leaves the old table, a missing one leaves nobody who can log in.</summary>
    public async ValueTask ReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var content = await File.ReadAllBytesAsync(Path, cancellationToken);
            if (content.Length == 0)
            {
                // A writer truncates before it writes: its end is another event. Delete the file to lock everybody out.
                return;
            }

            Replace(UsersTable.Parse(content));
        }
        catch (FileNotFoundException)
        {
            Replace(UsersTable.Empty);
            LogGone(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            Interlocked.Increment(ref _refusals);
            LogKept(error.Message == ExpectedProblem ? LogLevel.Debug : LogLevel.Error, Path, Table.Count, error.Message);
        }
    }

    private void Replace(UsersTable table)
    {
        Volatile.Write(ref _table, table);
        Interlocked.Increment(ref _loads);
        LogLoaded(table.Count, Path);
    }

    [LoggerMessage(LogLevel.Information, "{Count} users loaded from {File}.")]
    private partial void LogLoaded(int count, string file);

    [LoggerMessage(LogLevel.Warning, "The users file {File} is gone: nobody can log in until it is back.")]
    private partial void LogGone(string file);

    [LoggerMessage(Message = "The users file {File} was not taken over, the {Count} users before stay valid: {Problem}")]
    private partial void LogKept(LogLevel level, string file, int count, string problem);
}
