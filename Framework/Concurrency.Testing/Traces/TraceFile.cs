using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Concurrency.Testing.Traces;

/// <summary>Trace files: a header line, then the choices; all of it compressed or not.</summary>
internal static class TraceFile
{
    private const int LongestHeader = 64 * 1024;
    private const int LongestFile = 1 << 30;

    public static void Write(SimulationTrace trace, string path, bool compress)
    {
        var choices = ChoiceCodec.Encode(trace.Choices);

        // Under its name only when whole: a reader never sees half of it.
        var unfinished = path + ".tmp";
        using (var file = File.Create(unfinished))
        using (var target = compress ? new GZipStream(file, CompressionLevel.SmallestSize) : (Stream)file)
        {
            target.Write(TraceHeader.Write(trace, choices.Length, Sum(choices)));
            target.WriteByte((byte)'\n');
            target.Write(choices);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    public static SimulationTrace Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no trace '{path}'. Give the file that a failed simulation wrote.", path);
        }

        try
        {
            return Parse(Bytes(path));
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException(
                $"'{path}' is not a trace that can be replayed: {error.Message}. Give a file that SimulationTrace.Save or a failed simulation wrote, " +
                "or run the test again with the seed of its failure.", error);
        }
    }

    private static byte[] Bytes(string path)
    {
        using var file = File.OpenRead(path);
        var isCompressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        using var source = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var bytes = new MemoryStream();
        var part = new byte[64 * 1024];
        for (int read; (read = source.Read(part)) > 0;)
        {
            bytes.Write(part, 0, read);
            if (bytes.Length > LongestFile)
            {
                throw new InvalidDataException($"it is longer than {LongestFile} bytes");
            }
        }

        return bytes.ToArray();
    }

    private static SimulationTrace Parse(byte[] bytes)
    {
        var end = Array.IndexOf(bytes, (byte)'\n', 0, Math.Min(bytes.Length, LongestHeader));
        if (bytes.Length == 0 || bytes[0] != '{' || end < 0)
        {
            throw new InvalidDataException(bytes.Length == 0 ? "it is empty" : $"it begins with '{Beginning(bytes)}' instead of a header line");
        }

        var header = TraceHeader.Parse(bytes.AsMemory(0, end));
        var format = TraceHeader.Text(header, "format");
        if (format != TraceHeader.Format)
        {
            throw new InvalidDataException($"its format is '{format ?? "not said"}', and this version reads '{TraceHeader.Format}'");
        }

        var choices = bytes.AsSpan(end + 1);
        var expected = TraceHeader.Number(header, "bytes");
        if (choices.Length != expected)
        {
            throw new InvalidDataException($"its header promises {expected} bytes of choices, and {choices.Length} were found");
        }

        var sum = Sum(choices);
        if (sum != TraceHeader.Unsigned(header, "check"))
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"its choices are damaged (their check sum is {sum:x16})"));
        }

        var count = TraceHeader.Number(header, "choices");
        return TraceHeader.ToTrace(header, ChoiceCodec.Decode(choices, (int)Math.Min(count, int.MaxValue)));
    }

    private static string Beginning(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes, 0, Math.Min(16, bytes.Length));
        return string.Concat(text.Select(letter => char.IsControl(letter) || letter == '\uFFFD' ? '.' : letter));
    }

    private static ulong Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0xCBF29CE484222325;
        foreach (var value in bytes)
        {
            sum = (sum ^ value) * 0x100000001B3;
        }

        return sum;
    }
}
