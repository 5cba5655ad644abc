using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Files;

/// <summary>Error sentences for what inotify refuses: the limit by its name, its value, and what to do.</summary>
internal static class InotifyFailure
{
    public static IOException OnOpen(int error) => error == Inotify.TooManyProcessFiles
        ? new IOException(
            $"No more inotify instances: the limit per user, fs.inotify.max_user_instances, is {Limit("max_user_instances")}, " +
            "and the limit of open files of the process (ulimit -n) counts too. Raise it " +
            "(sysctl fs.inotify.max_user_instances=1024), or run more file sources on one executor: they share an instance.")
        : new IOException($"inotify_init1 failed with error {error}. File sources need inotify.");

    public static IOException OnWatch(int error, string path) => error switch
    {
        Inotify.NoSpace => new IOException(
            $"No more inotify watches, at '{path}': the limit per user, fs.inotify.max_user_watches, is {Limit("max_user_watches")}. " +
            "Raise it (sysctl fs.inotify.max_user_watches=1048576) or watch fewer directories: each takes one watch."),
        Inotify.NoAccess => new IOException($"The directory '{path}' may not be watched: permission denied. Give this process read access."),
        Inotify.NoEntry or Inotify.NotADirectory => new DirectoryNotFoundException(
            $"The directory '{path}' does not exist. Make it before the source starts, or check the path."),
        _ => new IOException($"inotify_add_watch failed for '{path}' with error {error}."),
    };

    private static string Limit(string name)
    {
        try
        {
            return File.ReadAllText($"/proc/sys/fs/inotify/{name}").Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
