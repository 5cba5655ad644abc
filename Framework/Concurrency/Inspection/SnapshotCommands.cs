using System.Text;
using Concurrency.Diagnostics;
using Concurrency.Executors;

namespace Concurrency.Inspection;

/// <summary>What a snapshot server answers to one line.</summary>
internal static class SnapshotCommands
{
    public const string TokenCommand = "token";
    public const string Quit = "quit";

    private const string Help =
        "tree        everything that lives in this process\n"
        + "json        the same as one line for programs\n"
        + "executors   executors, with their threads that are busy\n"
        + "scopes      scopes and their children\n"
        + "channels    channels that have a name\n"
        + "pools       pools of work and of resources\n"
        + "bridges     bridges that run, and what they wait for\n"
        + "tasks       tasks, while the program tracks them or stacks are on\n"
        + "stacks on   track tasks from now on, with the stack that started them, if the program allows it\n"
        + "stacks off  do so no longer; also when the client that turned it on disconnects\n"
        + "help        this list\n"
        + "quit        disconnect; each answer ends with an empty line";

    /// <summary>Answers.</summary>
    /// <param name="line">The command.</param>
    /// <param name="options">How much to show.</param>
    /// <param name="tracking">Turns tracking on and off.</param>
    /// <returns>The answer with the empty line that ends it.</returns>
    public static string Answer(string line, SnapshotServerOptions options, TrackingSwitch tracking)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Ended(words switch
        {
            ["tree"] => Take(options).ToText(),
            ["json"] => Take(options).ToJson(),
            ["executors"] => Show(options, "executor", "thread", "worker"),
            ["scopes"] => Show(options, "scope", "scope", "task"),
            ["channels"] => Show(options, "channel"),
            ["pools"] => Show(options, "pool", "task", "work"),
            ["bridges"] => Show(options, "bridges", "bridge"),
            ["tasks"] => TaskTracking.IsEnabled ? ShowTasks(options) : "Tasks are not tracked. The program turns that on with TaskTracking.Enable; 'stacks on' does it if it is allowed.",
            ["stacks", "on"] => tracking.Turn(true),
            ["stacks", "off"] => tracking.Turn(false),
            ["help"] => Help,
            [] => "error: The line was empty. Say help for the list of commands.",
            _ => $"error: '{Printable(line)}' is no command. Say help for the list.",
        });
    }

    /// <summary>A text as an answer: without empty lines, and with the one that ends it.</summary>
    public static string Ended(string text)
    {
        var answer = new StringBuilder(text.Length + 2);
        foreach (var line in text.EnumerateLines())
        {
            if (!line.IsEmpty)
            {
                answer.Append(line).Append('\n');
            }
        }

        return answer.Append('\n').ToString();
    }

    private static ConcurrencySnapshot Take(SnapshotServerOptions options) => ConcurrencySnapshot.Take(options.MaximumObjects);

    private static string ShowTasks(SnapshotServerOptions options)
    {
        var ids = Take(options);
        return (ids with { Roots = [.. ids.All().Where(static node => node.Kind == "task" && node["id"] is not null)] }).ToText();
    }

    private static string Show(SnapshotServerOptions options, string kind, params string[] beneath)
    {
        var snapshot = Take(options);
        return (snapshot with { Roots = [.. Topmost(snapshot.Roots, kind).Select(node => Prune(node, beneath))] }).ToText();
    }

    private static IEnumerable<SnapshotNode> Topmost(IEnumerable<SnapshotNode> nodes, string kind) =>
        nodes.SelectMany(node => node.Kind == kind ? [node] : Topmost(node.Children, kind));

    private static SnapshotNode Prune(SnapshotNode node, string[] beneath) => node with
    {
        Children = [.. node.Children.Where(child => beneath.Contains(child.Kind)).Select(child => Prune(child, beneath))],
    };

    private static string Printable(string line) => string.Concat(line.Select(static letter => char.IsControl(letter) ? '?' : letter));
}
