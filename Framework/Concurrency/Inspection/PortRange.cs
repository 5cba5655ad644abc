using System.Globalization;

namespace Concurrency.Inspection;

/// <summary>The TCP ports that a <see cref="SnapshotServer"/> may listen on: the first that is free is taken.</summary>
/// <remarks>Immutable. <c>default</c> is the range of port 0, for which the system picks a free port.</remarks>
public readonly record struct PortRange
{
    /// <summary>Makes a range.</summary>
    /// <param name="first">0 to 65,535; 0 lets the system pick, and is only allowed alone.</param>
    /// <param name="last">From <paramref name="first"/> to 65,535.</param>
    /// <exception cref="ArgumentOutOfRangeException">A port is out of range, or the last is before the first.</exception>
    public PortRange(int first, int last)
    {
        if (first is < 0 or > ushort.MaxValue || last < first || last > ushort.MaxValue || (first == 0 && last != 0))
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, string.Create(
                CultureInfo.InvariantCulture,
                $"The ports {first} to {last} are no range. Give two numbers from 1 to 65535, the smaller one first, or 0 and 0 for any free port."));
        }

        First = first;
        Last = last;
    }

    /// <summary>The first port to try.</summary>
    public int First { get; }

    /// <summary>The last port to try.</summary>
    public int Last { get; }

    /// <summary>Reads a range from configuration: <c>0</c> for any free port, <c>7000</c> for one, <c>7000:7010</c> for the first free one of several.</summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static PortRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(':');
        if (parts.Length <= 2 && TryPort(parts[0], out var first) && TryPort(parts[^1], out var last)
            && first <= last && (first > 0 || last == 0))
        {
            return new PortRange(first, last);
        }

        throw new FormatException($"The text '{text}' is no range of ports. Write 0 for any free port, a port as 7000, or a range as 7000:7010.");
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}:{Last}");

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;
}
