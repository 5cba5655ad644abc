using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Concurrency.Executors;

namespace Concurrency.Examples.Daemon;

/// <summary>Reads the command line.</summary>
internal sealed class CommandLine
{
    private const double DefaultDriveSeconds = 5;
    private const double LongestDriveSeconds = 86_400;

    private readonly Option<IPEndPoint?> _http = new("--http") { Description = "Where to serve HTTP, HOST:PORT; port 0 picks a free one.", HelpName = "HOST:PORT" };
    private readonly Option<IPEndPoint?> _udp = new("--udp") { Description = "Where to answer datagrams, HOST:PORT; port 0 picks a free one.", HelpName = "HOST:PORT" };
    private readonly Option<string?> _users = new("--users") { Description = "The users file, 'user password' per line; without it one is created in a temporary directory.", HelpName = "FILE" };
    private readonly Option<string?> _log = new("--log") { Description = "The log file, reopened on SIGHUP; without it the log goes to stderr.", HelpName = "FILE" };
    private readonly Option<KeyValuePair<string, string>[]> _executors = new("--executor") { Description = "The executor of a component: http, udp, files or signals = cooperative, thread, pool:N …; repeatable.", HelpName = "NAME=SPEC" };
    private readonly Option<KeyValuePair<string, int>[]> _capacities = new("--capacity") { Description = "How many events of a component may wait; repeatable.", HelpName = "NAME=N" };
    private readonly Option<double?> _drive = new("--drive") { Description = "Drive the daemon over its own interfaces for that long, print a table, exit. Default 5.", HelpName = "SECONDS", Arity = ArgumentArity.ZeroOrOne };
    private readonly Command _matrix = new("matrix", "Drive a daemon under each of the 81 assignments of cooperative, thread and pool:4 to the four components.");
    private readonly RootCommand _root;

    private CommandLine()
    {
        _http.CustomParser = r => Endpoint(r, "--http");
        _udp.CustomParser = r => Endpoint(r, "--udp");
        _users.CustomParser = r => FilePath(r, "--users");
        _log.CustomParser = r => FilePath(r, "--log");
        _executors.CustomParser = r => [.. r.Tokens.Select(t => Executor(t.Value))];
        _capacities.CustomParser = r => [.. r.Tokens.Select(t => Capacity(t.Value))];
        _drive.CustomParser = Drive;
        _drive.Recursive = true;
        _root = new RootCommand("A small service daemon: HTTP, datagrams, file changes and signals, each on the executor of your choice.")
        {
            _http, _udp, _users, _log, _executors, _capacities, _drive, _matrix,
        };
        // Without an action of its own a command that has subcommands refuses to be called by itself.
        _root.SetAction(static _ => 0);
        _matrix.SetAction(static _ => 0);
    }

    /// <summary>Reads the arguments.</summary>
    /// <returns>Null when help or the version was asked for and printed.</returns>
    /// <exception cref="UsageException">An argument is wrong.</exception>
    public static DaemonOptions? Parse(string[] args) => new CommandLine().Read(args);

    private DaemonOptions? Read(string[] args)
    {
        var parsed = _root.Parse(args);
        if (parsed.Errors is [var error, ..])
        {
            throw new UsageException($"{error.Message} Run with --help for what is allowed.");
        }

        if (parsed.Action != _root.Action && parsed.Action != _matrix.Action)
        {
            using var text = new StringWriter();
            parsed.Invoke(new InvocationConfiguration { Output = text });
            Terminal.Print(text.ToString());
            return null;
        }

        var matrix = parsed.CommandResult.Command == _matrix;
        Option[] notForMatrix = [_http, _udp, _users, _log, _executors, _capacities];
        if (matrix && notForMatrix.FirstOrDefault(o => parsed.GetResult(o) is not null) is { } given)
        {
            throw new UsageException($"matrix cannot be combined with {given.Name}: it takes --drive only and chooses everything else itself.");
        }

        return new DaemonOptions
        {
            Http = parsed.GetValue(_http) ?? new IPEndPoint(IPAddress.Loopback, 0),
            Udp = parsed.GetValue(_udp) ?? new IPEndPoint(IPAddress.Loopback, 0),
            UsersFile = parsed.GetValue(_users),
            LogFile = parsed.GetValue(_log),
            Executors = Last(parsed.GetValue(_executors)),
            Capacities = Last(parsed.GetValue(_capacities)),
            Drive = parsed.GetResult(_drive) is null
                ? matrix ? TimeSpan.FromSeconds(1) : null
                : TimeSpan.FromSeconds(parsed.GetValue(_drive) ?? DefaultDriveSeconds),
            Matrix = matrix,
        };
    }

    private static IPEndPoint? Endpoint(ArgumentResult result, string option)
    {
        var text = result.Tokens.Single().Value;
        if (text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase))
        {
            text = $"127.0.0.1{text["localhost".Length..]}";
        }

        // IPEndPoint.TryParse takes an address without a port: a missing port would silently become 0.
        var hasPort = text.StartsWith('[') ? text.Contains("]:", StringComparison.Ordinal) : text.Count(static c => c == ':') == 1;
        return hasPort && IPEndPoint.TryParse(text, out var endpoint)
            ? endpoint
            : throw new UsageException($"{option} cannot be '{text}': give an IP address or localhost and a port from 0 to 65535, as 127.0.0.1:8080.");
    }

    private static string FilePath(ArgumentResult result, string option)
    {
        var path = result.Tokens.Single().Value;
        return path.Length > 0 ? path : throw new UsageException($"{option} cannot be '': give the path of a file.");
    }

    private static KeyValuePair<string, string> Executor(string text)
    {
        var (name, specification) = Split("--executor", text, "NAME=SPEC, as http=pool:4");
        // A kind that does not exist is left to the host, which knows the executors; a kind with wrong settings is misuse.
        var isKnownKind = ExecutorSpec.TryParse(specification.Split(':')[0], out _, out _) || specification.StartsWith("pool", StringComparison.Ordinal);
        return !isKnownKind || ExecutorSpec.TryParse(specification, out _, out var problem)
            ? new(name, specification)
            : throw new UsageException($"--executor cannot be '{text}': {problem}");
    }

    private static KeyValuePair<string, int> Capacity(string text)
    {
        var (name, number) = Split("--capacity", text, "NAME=N, as http=64");
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var capacity) && capacity is >= 1 and <= 1_000_000
            ? new(name, capacity)
            : throw new UsageException($"--capacity cannot be '{text}': '{number}' is not a whole number from 1 to 1000000.");
    }

    private static (string Name, string Value) Split(string option, string text, string form)
    {
        var cut = text.IndexOf('=', StringComparison.Ordinal);
        if (cut <= 0 || cut == text.Length - 1)
        {
            throw new UsageException($"{option} cannot be '{text}': give {form}.");
        }

        var name = text[..cut];
        return DaemonOptions.ComponentNames.Contains(name)
            ? (name, text[(cut + 1)..])
            : throw new UsageException($"{option} cannot be '{text}': there is no component '{name}', only {string.Join(", ", DaemonOptions.ComponentNames)}.");
    }

    private static double? Drive(ArgumentResult result)
    {
        if (result.Tokens.Count == 0)
        {
            return null;
        }

        var text = result.Tokens.Single().Value;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and <= LongestDriveSeconds
            ? seconds
            : throw new UsageException($"--drive cannot be '{text}': give a number of seconds above 0 and at most {LongestDriveSeconds:0}.");
    }

    private static Dictionary<string, TValue> Last<TValue>(KeyValuePair<string, TValue>[]? pairs)
    {
        var values = new Dictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs ?? [])
        {
            values[name] = value;
        }

        return values;
    }
}
