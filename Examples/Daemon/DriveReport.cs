using System.Globalization;
using System.Text;
using Concurrency.Patterns;

namespace Concurrency.Examples.Daemon;

/// <summary>The table that a drive ends with, and whether its accounts hold.</summary>
internal sealed record DriveReport(string Text, bool Holds)
{
    public static DriveReport Of(ServiceDaemon daemon, DriveLog log)
    {
        var text = new StringBuilder();
        var problems = new List<string>(log.Problems);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{"component",-10}{"executor",-24}{"observed",10}{"coalesced",10}{"published",10}{"handled",10}{"dropped",9}{"undelivered",12}{"p50 us",10}{"p99 us",10}");
        foreach (var component in daemon.Components.Components)
        {
            text.AppendLine(Row(component));
            problems.AddRange(Accounts(component));
        }

        if (log.Requests != log.Answers)
        {
            problems.Add($"http: {log.Requests} requests were sent and {log.Answers} answered.");
        }

        if (log.Datagrams != log.Replies)
        {
            problems.Add($"udp: {log.Datagrams} datagrams were sent and {log.Replies} answered.");
        }

        text.AppendLine(CultureInfo.InvariantCulture,
            $"driven: {log.Requests} requests, {log.Answers} answers; {log.Datagrams} datagrams, {log.Replies} replies; {log.UsersFiles} users files, {log.Malformed} of them malformed on purpose");
        foreach (var problem in problems)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"problem: {problem}");
        }

        text.AppendLine(problems.Count == 0 ? "the accounts hold" : "the accounts do not hold");
        return new DriveReport(text.ToString(), problems.Count == 0);
    }

    private static string Row(Component component)
    {
        var s = component.Statistics;
        return string.Create(CultureInfo.InvariantCulture,
            $"{component.Name,-10}{Describe(component),-24}{s.Source.Observed,10}{s.Source.Coalesced,10}{s.Source.Published,10}{s.Handled,10}{s.Source.Dropped,9}{s.Source.Undelivered,12}{s.LatencyMedian?.TotalMicroseconds,10:0}{s.Latency99?.TotalMicroseconds,10:0}");
    }

    private static string Describe(Component component) => $"{component.Executor.Kind}({component.Executor.Name})";

    private static IEnumerable<string> Accounts(Component component)
    {
        var s = component.Statistics;
        if (s.Source.Observed != s.Source.Coalesced + s.Source.Published)
        {
            yield return $"{component.Name}: observed {s.Source.Observed} is not coalesced {s.Source.Coalesced} + published {s.Source.Published}.";
        }

        if (s.Source.Published != s.Handled + s.Source.Dropped + s.Source.Undelivered)
        {
            yield return $"{component.Name}: published {s.Source.Published} is not handled {s.Handled} + dropped {s.Source.Dropped} + undelivered {s.Source.Undelivered}.";
        }

        if (s.Failed > 0)
        {
            yield return $"{component.Name}: {s.Failed} handlers failed.";
        }

        if (s.Handled == 0)
        {
            yield return $"{component.Name}: no event was handled.";
        }
    }
}
