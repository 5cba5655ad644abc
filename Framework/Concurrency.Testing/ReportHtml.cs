using System.Globalization;
using System.Net;
using System.Text;
using Concurrency.Testing.Reports;

namespace Concurrency.Testing;

/// <summary>A report as one HTML page, without scripts and without anything from elsewhere.</summary>
internal static class ReportHtml
{
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Simulation</title>
        <style>
        :root { color-scheme: light dark; --line: #8886; --turn: #4a90d933; --wait: #d9904a33; }
        body { font: 14px/1.45 system-ui, sans-serif; margin: 1.5rem; }
        h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 1.6rem; }
        pre { white-space: pre-wrap; padding: .7rem; border: 1px solid var(--line); border-radius: 4px; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; }
        th, td { border: 1px solid var(--line); padding: .2rem .5rem; text-align: left; vertical-align: top; }
        th { position: sticky; top: 0; background: Canvas; }
        td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td.turn { background: var(--turn); } td.switch { background: var(--wait); font-style: italic; }
        .place { display: block; font-size: .85em; opacity: .75; }
        </style>
        </head>
        <body>

        """;

    public static string Format(SimulationReport report)
    {
        var html = new StringBuilder(Head);
        html.Append("<h1>").Append(report.Failure is null ? "Simulation passed" : "Simulation failed").Append("</h1>\n<p>");
        html.Append(Text(report.ToString())).Append("</p>\n");
        if (report.Failure is { } failure)
        {
            AppendFailure(html, failure);
        }

        AppendCoverage(html, report);
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendFailure(StringBuilder html, SimulationFailure failure)
    {
        html.Append(CultureInfo.InvariantCulture, $"<h2>{failure.Kind} in schedule {failure.Schedule} at step {failure.Step}</h2>\n");
        html.Append("<pre>").Append(Text(failure.Message)).Append("</pre>\n");
        if (failure.Seed is { } seed)
        {
            html.Append("<p>To see it again: <code>SIM_SEED=").Append(Text(seed.ToString())).Append("</code></p>\n");
        }

        if (failure.TracePath is { } path)
        {
            html.Append("<p>Its trace: <code>SIM_TRACE=").Append(Text(path)).Append("</code></p>\n");
        }

        if (failure.Timeline is { } timeline)
        {
            html.Append("<h2>Interleaving</h2>\n");
            if (failure.Minimised is { } minimised)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p>Minimised from {minimised.ContextSwitchesBefore} changes of actor to {minimised.ContextSwitchesAfter}.</p>\n");
            }

            AppendTimeline(html, timeline);
        }
    }

    private static void AppendTimeline(StringBuilder html, SimulationTimeline timeline)
    {
        html.Append("<div class=\"scroll\"><table>\n<thead><tr><th>step</th><th>time</th>");
        foreach (var actor in timeline.Actors)
        {
            html.Append("<th>").Append(Text(actor)).Append("</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        if (timeline.Omitted > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td colspan=\"{2 + timeline.Actors.Count}\">… {timeline.Omitted} rows before</td></tr>\n");
        }

        foreach (var row in timeline.Rows)
        {
            AppendRow(html, row, timeline.Actors.Count);
        }

        html.Append("</tbody>\n</table></div>\n");
    }

    private static void AppendRow(StringBuilder html, TimelineRow row, int columns)
    {
        html.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"number\">{row.Step}</td><td class=\"number\">{TimelineTable.Time(row.Nanoseconds)}</td>");
        for (var column = 0; column < columns; column++)
        {
            if (column != row.Actor)
            {
                html.Append("<td></td>");
                continue;
            }

            html.Append(row.IsSwitch ? "<td class=\"switch\">" : "<td class=\"turn\">").Append(Text(row.What));
            if (row.Where is { } where)
            {
                html.Append("<span class=\"place\" title=\"").Append(Text(row.File ?? row.Method ?? "")).Append("\">").Append(Text(where)).Append("</span>");
            }

            html.Append("</td>");
        }

        html.Append("</tr>\n");
    }

    private static void AppendCoverage(StringBuilder html, SimulationReport report)
    {
        html.Append("<h2>Coverage</h2>\n<table>\n<tr><th>of</th><th>what</th><th>count</th></tr>\n");
        AppendCounts(html, "choices", report.Coverage.Choices.Where(pair => pair.Value > 0).Select(pair => (pair.Key.ToString(), pair.Value)));
        AppendCounts(html, "select", report.Coverage.SelectCases.Select(pair => (pair.Key, pair.Value)));
        AppendCounts(html, "fault", report.Coverage.Faults.Select(pair => (pair.Key, pair.Value)));
        AppendCounts(html, "sometimes (schedules)", report.Coverage.Sometimes.Select(pair => (pair.Key, (long)pair.Value)));
        html.Append("</table>\n");
    }

    private static void AppendCounts(StringBuilder html, string of, IEnumerable<(string What, long Count)> counts)
    {
        foreach (var (what, count) in counts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{of}</td><td>{Text(what)}</td><td class=\"number\">{count}</td></tr>\n");
        }
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
