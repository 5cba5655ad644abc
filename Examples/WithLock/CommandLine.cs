using System.CommandLine;
using System.Globalization;

namespace Concurrency.Examples.WithLock;

/// <summary>Reads the command line: options, then <c>--</c>, then the command, which is nobody's business.</summary>
internal sealed class CommandLine
{
    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)];
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);

    private readonly Option<string> _name = new("--name") { Description = "The name of the lock.", HelpName = "NAME", Required = true };
    private readonly Option<string> _path = new("--path") { Description = "The directory of the lock files; all who share a lock name the same one.", HelpName = "DIR", Required = true };
    private readonly Option<string?> _timeout = new("--timeout") { Description = "How long to wait for the lock, as 500ms, 10s, 5m, 1h; 0s to try once. Without it: as long as it takes.", HelpName = "TIME" };
    private readonly RootCommand _root;

    private CommandLine()
    {
        _root = new RootCommand("Runs a command while it holds a lock that processes of this machine share: with-lock --name NAME --path DIR [--timeout TIME] -- COMMAND [ARGUMENT...]")
        {
            _name, _path, _timeout,
        };
        _root.SetAction(static _ => 0);
    }

    /// <summary>Reads the arguments.</summary>
    /// <returns>Null when help or the version was asked for and printed.</returns>
    /// <exception cref="RefusedException">An argument is wrong.</exception>
    public static WithLockOptions? Parse(string[] args)
    {
        var end = Array.IndexOf(args, "--");
        return new CommandLine().Read(end < 0 ? args : args[..end], end < 0 ? [] : args[(end + 1)..]);
    }

    private WithLockOptions? Read(string[] own, string[] command)
    {
        var parsed = _root.Parse(own);
        if (parsed.Errors.Count == 0 && parsed.Action != _root.Action)
        {
            parsed.Invoke();
            return null;
        }

        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            throw Misused($"'{unknown}' is no option. Write the command after --, as in: with-lock --name NAME --path DIR -- COMMAND.");
        }

        if (parsed.Errors is [var error, ..])
        {
            throw Misused($"{error.Message} Run with --help for what is allowed.");
        }

        var name = parsed.GetValue(_name)!;
        var path = parsed.GetValue(_path)!;
        if (string.IsNullOrWhiteSpace(name) || string.IsNullOrWhiteSpace(path))
        {
            throw Misused($"--name was '{name}' and --path '{path}'. Give both.");
        }

        return command is ["", ..] or []
            ? throw Misused("There is no command. Write it after --, as in: with-lock --name NAME --path DIR -- COMMAND.")
            : new WithLockOptions { Name = name, Directory = path, Timeout = TimeOf(parsed.GetValue(_timeout)), Command = command };
    }

    private static TimeSpan TimeOf(string? text)
    {
        if (text is null)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var (unit, seconds) = s_units.FirstOrDefault(one => text.EndsWith(one.Unit, StringComparison.Ordinal));
        return unit is not null
            && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * seconds <= s_longest.TotalSeconds
            ? TimeSpan.FromSeconds(count * seconds)
            : throw Misused($"--timeout cannot be '{text}'. Give a number and a unit up to a year, as 500ms, 10s, 5m or 1h.");
    }

    private static RefusedException Misused(string message) => new(ExitCodes.Misused, message);
}
