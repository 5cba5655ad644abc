using System.Globalization;
using System.Text;

namespace Concurrency.Testing.Reports;

/// <summary>A timeline as text.</summary>
internal static class TimelineTable
{
    private const int MostColumns = 8;
    private const int WidthOfAll = 150;
    private const int WidestColumn = 44;

    public static string Format(SimulationTimeline timeline, int most)
    {
        var rows = timeline.Rows.Skip(Math.Max(0, timeline.Rows.Count - most)).ToList();
        var left = timeline.Omitted + timeline.Rows.Count - rows.Count;
        var columns = timeline.Actors.Count <= MostColumns
            ? timeline.Actors.Select(Cut).ToList()
            : ["actor", "does"];
        List<string[]> cells = [["step", "time", .. columns]];
        foreach (var row in rows)
        {
            cells.Add(Cells(timeline, row, columns.Count));
        }

        var text = new StringBuilder();
        AppendRow(text, cells[0], Widths(cells));
        if (left > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"… {left} rows before\n");
        }

        foreach (var row in cells.Skip(1))
        {
            AppendRow(text, row, Widths(cells));
        }

        return text.ToString();
    }

    /// <summary>A time for readers.</summary>
    public static string Time(long nanoseconds) => nanoseconds < 1_000_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.00} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.000000} s");

    private static string[] Cells(SimulationTimeline timeline, TimelineRow row, int columns)
    {
        var cells = new string[2 + columns];
        Array.Fill(cells, "");
        cells[0] = row.IsSwitch ? "" : row.Step.ToString(CultureInfo.InvariantCulture);
        cells[1] = row.IsSwitch ? "" : Time(row.Nanoseconds);
        var what = row.Where is { } where ? $"{row.What}  {where}" : row.What;
        if (timeline.Actors.Count <= MostColumns)
        {
            cells[2 + row.Actor] = what;
        }
        else
        {
            cells[2] = Cut(timeline.Actors[row.Actor]);
            cells[3] = what;
        }

        return cells;
    }

    private static int[] Widths(List<string[]> cells)
    {
        var columns = cells[0].Length;
        var widest = Math.Min(WidestColumn, Math.Max(16, (WidthOfAll / (columns - 2)) - 3));
        return [.. Enumerable.Range(0, columns).Select(column => Math.Min(widest, cells.Max(row => row[column].Length)))];
    }

    private static void AppendRow(StringBuilder text, string[] cells, int[] widths)
    {
        for (var column = 0; column < cells.Length; column++)
        {
            var cell = Fit(cells[column], widths[column]);
            text.Append(column == 0 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(column == cells.Length - 1 ? "" : " | ");
        }

        while (text[^1] == ' ')
        {
            text.Length--;
        }

        text.Append('\n');
    }

    private static string Fit(string cell, int width)
    {
        if (cell.Length <= width)
        {
            return cell;
        }

        // The place in the code, at the end, tells more than the end of a long name.
        var place = cell.LastIndexOf("  ", StringComparison.Ordinal);
        var tail = place < 0 ? "" : cell[(place + 1)..];
        return tail.Length < width - 6 ? string.Concat(cell.AsSpan(0, width - tail.Length - 1), "…", tail) : cell[..(width - 1)] + "…";
    }

    private static string Cut(string name) => name.Length <= WidestColumn ? name : name[..(WidestColumn - 1)] + "…";
}
