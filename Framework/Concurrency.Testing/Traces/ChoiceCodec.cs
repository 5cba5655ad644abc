using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Traces;

/// <summary>The choices of a schedule as bytes: one for a pick among up to nine turns, two among up to 4,096, one for a run of equal choices.</summary>
/// <remarks>
/// The first byte of a choice: <c>0ooocccc</c> a pick of c among o + 2 turns; <c>10ddcccc</c> a pick among as many turns as the last
/// pick, plus d - 1, with the low byte of c behind it; <c>110kkk0s</c> any choice: its kind k, behind it the count unless s says that
/// it is that of the last one of the kind, and what was chosen; <c>111nnnnn</c> the last choice again, n + 1 times, from n = 31 on
/// with the rest behind it. Numbers are written seven bits a byte, the lowest first.
/// </remarks>
internal static class ChoiceCodec
{
    public const int Kinds = (int)ChoiceKind.Select + 1;

    private const int ShortRun = 31;

    public static byte[] Encode(IReadOnlyList<Choice> choices)
    {
        var bytes = new List<byte>(choices.Count + 16);
        var last = LastCounts();
        for (var index = 0; index < choices.Count;)
        {
            var choice = choices[index];
            var begun = bytes.Count;
            Add(bytes, choice, last);
            var run = 1;
            while (index + run < choices.Count && choices[index + run] == choice)
            {
                run++;
            }

            // A run of two costs as much as a one-byte choice twice.
            var repeats = run - 1;
            if (repeats > 1 || (repeats == 1 && bytes.Count - begun > 1))
            {
                AddRun(bytes, repeats - 1);
                index += run;
            }
            else
            {
                index++;
            }
        }

        return [.. bytes];
    }

    /// <summary>Reads choices.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a list of that many choices.</exception>
    public static Choice[] Decode(ReadOnlySpan<byte> bytes, int count)
    {
        var choices = new List<Choice>(Math.Min(count, bytes.Length));
        var last = LastCounts();
        var at = 0;
        while (at < bytes.Length)
        {
            var first = bytes[at++];
            if (first >= 0b1110_0000)
            {
                Repeat(choices, first, bytes, ref at, count);
            }
            else
            {
                var choice = Next(first, bytes, ref at, last);
                Check(choice, at);
                last[(int)choice.Kind] = choice.Of;
                choices.Add(choice);
            }
        }

        return choices.Count == count
            ? [.. choices]
            : throw new InvalidDataException($"its header promises {count} choices, and {choices.Count} were found");
    }

    private static int[] LastCounts()
    {
        var counts = new int[Kinds];
        Array.Fill(counts, 2);
        return counts;
    }

    private static void Add(List<byte> bytes, Choice choice, int[] last)
    {
        var (kind, chosen, of) = choice;
        var change = of - last[(int)kind];
        if (kind == ChoiceKind.Schedule && of <= 9)
        {
            bytes.Add((byte)(((of - 2) << 4) | chosen));
        }
        else if (kind == ChoiceKind.Schedule && change is >= -1 and <= 1 && chosen < 4096)
        {
            bytes.Add((byte)(0b1000_0000 | ((change + 1) << 4) | (chosen >> 8)));
            bytes.Add((byte)chosen);
        }
        else
        {
            bytes.Add((byte)(0b1100_0000 | ((int)kind << 2) | (change == 0 ? 1 : 0)));
            if (change != 0)
            {
                AddNumber(bytes, of);
            }

            AddNumber(bytes, chosen);
        }

        last[(int)kind] = of;
    }

    private static void AddRun(List<byte> bytes, int repeats)
    {
        bytes.Add((byte)(0b1110_0000 | Math.Min(repeats, ShortRun)));
        if (repeats >= ShortRun)
        {
            AddNumber(bytes, repeats - ShortRun);
        }
    }

    private static void AddNumber(List<byte> bytes, int number)
    {
        var rest = (uint)number;
        while (rest >= 0x80)
        {
            bytes.Add((byte)(rest | 0x80));
            rest >>= 7;
        }

        bytes.Add((byte)rest);
    }

    private static Choice Next(byte first, ReadOnlySpan<byte> bytes, ref int at, int[] last)
    {
        if (first < 0b1000_0000)
        {
            return new Choice(ChoiceKind.Schedule, first & 15, (first >> 4) + 2);
        }

        if (first < 0b1100_0000)
        {
            var low = Byte(bytes, ref at);
            return new Choice(ChoiceKind.Schedule, ((first & 15) << 8) | low, last[0] + ((first >> 4) & 3) - 1);
        }

        var kind = (first >> 2) & 7;
        if (kind >= Kinds || (first & 2) != 0)
        {
            throw new InvalidDataException($"byte {at} of its choices is {first}, which no choice begins with");
        }

        var of = (first & 1) != 0 ? last[kind] : Number(bytes, ref at);
        return new Choice((ChoiceKind)kind, Number(bytes, ref at), of);
    }

    private static void Check(Choice choice, int at)
    {
        if (choice.Of < 2 || (uint)choice.Chosen >= (uint)choice.Of)
        {
            throw new InvalidDataException($"before byte {at} of its choices, {choice.Chosen} was chosen of {choice.Of}");
        }
    }

    private static void Repeat(List<Choice> choices, byte first, ReadOnlySpan<byte> bytes, ref int at, int count)
    {
        long repeats = (first & ShortRun) + 1;
        if (repeats > ShortRun)
        {
            repeats += Number(bytes, ref at);
        }

        if (choices.Count == 0 || choices.Count + repeats > count)
        {
            throw new InvalidDataException($"before byte {at} of its choices, a run of {repeats} goes past the {count} choices of its header");
        }

        for (; repeats > 0; repeats--)
        {
            choices.Add(choices[^1]);
        }
    }

    private static byte Byte(ReadOnlySpan<byte> bytes, ref int at) =>
        at < bytes.Length ? bytes[at++] : throw new InvalidDataException("it ends in the middle of a choice");

    private static int Number(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong number = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Byte(bytes, ref at);
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return number <= int.MaxValue ? (int)number : throw new InvalidDataException($"before byte {at} of its choices stands the number {number}");
            }
        }

        throw new InvalidDataException($"before byte {at} of its choices stands a number without an end");
    }
}
