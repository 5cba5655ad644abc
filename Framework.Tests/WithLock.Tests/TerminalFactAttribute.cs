namespace Concurrency.Examples.WithLock.Tests;

/// <summary>A test whose program has a terminal, made by the <c>script</c> program.</summary>
public sealed class TerminalFactAttribute : FactAttribute
{
    /// <summary>Runs a command at a terminal of its own.</summary>
    public const string Program = "/usr/bin/script";

    public TerminalFactAttribute()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Program))
        {
            Skip = "The program /usr/bin/script is not installed: apt-get install bsdutils.";
        }
    }
}
