using System.Globalization;
using System.Text;
using Concurrency.Testing.Strategies;

namespace Concurrency.Testing;

/// <summary>What is needed to see a schedule again, in one short text: <c>k3f90q7m2xz4:pct:2</c>.</summary>
/// <remarks>
/// With a strategy it names one schedule; without, all schedules of an exploration. Equal seeds are equal values.
/// </remarks>
public sealed record SimulationSeed
{
    /// <summary>The digits of the text: without the letters i, l, o and u, which are misread.</summary>
    private const string Digits = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int Length = 12;
    private const ulong Beyond = 1UL << (5 * Length);

    /// <summary>Makes a seed.</summary>
    /// <param name="value">The number.</param>
    /// <param name="strategy">For one schedule, what made its choices; null for a whole exploration.</param>
    public SimulationSeed(ulong value, SimulationStrategy? strategy = null)
    {
        Value = value;
        Strategy = strategy;
    }

    /// <summary>The number: of one schedule, or that of <see cref="SimulationOptions.Seed"/>.</summary>
    public ulong Value { get; }

    /// <summary>What made the choices of the one schedule; null for a whole exploration.</summary>
    public SimulationStrategy? Strategy { get; }

    /// <summary>Reads a seed.</summary>
    /// <param name="text">Twelve letters and digits as <see cref="ToString"/> gives them, or a plain number; then, for one schedule, a colon and its strategy.</param>
    /// <exception cref="FormatException">The text is not one; the message says what is allowed.</exception>
    public static SimulationSeed Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var number = (colon < 0 ? text : text[..colon]).Trim().ToLowerInvariant();
        if (!TryValue(number, out var value))
        {
            throw new FormatException(
                $"'{text}' is not a seed. It has {Length} of the letters and digits {Digits}, or is a number from 0 to {ulong.MaxValue}; " +
                "for one schedule a colon and its strategy follow: k3f90q7m2xz4:pct:2.");
        }

        if (colon < 0)
        {
            return new SimulationSeed(value);
        }

        return new SimulationSeed(value, SimulationStrategy.Parse(text[(colon + 1)..]));
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Number(Value) + (Strategy is null ? "" : $":{Strategy}");

    private static string Number(ulong value)
    {
        if (value >= Beyond)
        {
            return value.ToString(CultureInfo.InvariantCulture);
        }

        var text = new StringBuilder(Length);
        for (var shift = 5 * (Length - 1); shift >= 0; shift -= 5)
        {
            text.Append(Digits[(int)(value >> shift) & 31]);
        }

        return text.ToString();
    }

    private static bool TryValue(string text, out ulong value)
    {
        value = 0;
        if (text.Length != Length)
        {
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        foreach (var letter in text)
        {
            var digit = Digits.IndexOf(letter, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        return true;
    }
}
