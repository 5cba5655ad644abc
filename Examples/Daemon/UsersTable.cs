using System.Security.Cryptography;
using System.Text;

namespace Concurrency.Examples.Daemon;

/// <summary>Who may log in: an immutable table, replaced as a whole.</summary>
internal sealed class UsersTable
{
    public static readonly UsersTable Empty = new([]);

    private readonly Dictionary<string, byte[]> _passwords;

    private UsersTable(Dictionary<string, byte[]> passwords) => _passwords = passwords;

    public int Count => _passwords.Count;

    /// <summary>Reads "user password" lines; empty lines and lines that begin with # are skipped.</summary>
    /// <exception cref="FormatException">A line is malformed; it is named.</exception>
    public static UsersTable Parse(byte[] content)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            throw new FormatException("The users file is not UTF-8 text.", error);
        }

        var passwords = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.Split('\n').Select(static l => l.Trim()))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#'))
            {
                continue;
            }

            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2)
            {
                throw new FormatException($"Line {number} of the users file has {words.Length} words instead of 'user password'.");
            }

            if (!passwords.TryAdd(words[0], Encoding.UTF8.GetBytes(words[1])))
            {
                throw new FormatException($"Line {number} of the users file names the user '{words[0]}' a second time.");
            }
        }

        return new UsersTable(passwords);
    }

    /// <summary>Whether the password is the user's, compared in a time that does not tell how much of it was right.</summary>
    public bool Knows(string user, string password)
    {
        var known = _passwords.TryGetValue(user, out var expected);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), expected ?? []) && known;
    }
}
