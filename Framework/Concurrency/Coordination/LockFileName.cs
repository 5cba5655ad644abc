using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Concurrency.Coordination;

/// <summary>Makes a file name of the name of a lock, another one for each name.</summary>
internal static class LockFileName
{
    /// <summary>The longest name, in bytes, that common file systems take.</summary>
    public const int Longest = 255;

    // No escape begins like this, so that no shortened name is equal to a whole one.
    private const string Shortened = "%-";

    /// <summary>Keeps the letters and digits of ASCII, '-', '_', and a '.' that is not the first; all else is percent-encoded.</summary>
    public static string Of(string name)
    {
        var file = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(name[i]) || name[i] is '-' or '_' || (name[i] == '.' && i > 0))
            {
                file.Append(name[i]);
            }
            else if (Rune.TryGetRuneAt(name, i, out var rune))
            {
                AppendEscaped(file, rune);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                // Half of a surrogate pair has no bytes in UTF-8, and two of them are not to share a name.
                file.Append(CultureInfo.InvariantCulture, $"%u{(int)name[i]:X4}");
            }
        }

        return file.Length <= Longest ? file.ToString() : Shorten(file.ToString(), name);
    }

    private static void AppendEscaped(StringBuilder file, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var unit in bytes[..rune.EncodeToUtf8(bytes)])
        {
            file.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
        }
    }

    private static string Shorten(string file, string name)
    {
        var end = Shortened + Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes(name.AsSpan())));
        return string.Concat(file.AsSpan(0, Longest - end.Length), end);
    }
}
