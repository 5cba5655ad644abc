namespace Concurrency.Examples.WithLock;

/// <summary>Finds the file of a command as a shell does, and not in the folder of this program nor in the working directory.</summary>
internal static class ProgramFile
{
    private const string DefaultPath = "/bin:/usr/bin";

    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The absolute path of the file; null if no folder of PATH has an executable one.</summary>
    public static string? Find(string command)
    {
        // What names a folder is not looked for; it is still made absolute, because a relative one would be tried in this program's folder first.
        if (command.Contains('/', StringComparison.Ordinal) || OperatingSystem.IsWindows())
        {
            return OperatingSystem.IsWindows() ? command : Path.Combine(Environment.CurrentDirectory, command);
        }

        var folders = Environment.GetEnvironmentVariable("PATH") ?? DefaultPath;
        return folders.Split(Path.PathSeparator)
            .Select(folder => Path.Combine(Environment.CurrentDirectory, folder, command))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file) =>
        !OperatingSystem.IsWindows() && File.Exists(file) && (File.GetUnixFileMode(file) & Executable) != 0;
}
