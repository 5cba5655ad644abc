namespace Concurrency.Tests.Coordination;

/// <summary>A test whose child process takes a lock with the <c>flock</c> program.</summary>
public sealed class FlockFactAttribute : FactAttribute
{
    public FlockFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
        {
            Skip = "The program /usr/bin/flock is not installed: apt-get install util-linux.";
        }
    }
}
