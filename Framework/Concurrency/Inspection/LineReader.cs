using System.Net.Sockets;
using System.Text;

namespace Concurrency.Inspection;

/// <summary>Reads lines of bounded length from a socket, blocking the calling thread.</summary>
internal sealed class LineReader(Socket socket, int longest)
{
    private readonly byte[] _buffer = new byte[longest + 2];
    private int _length;

    /// <summary>The next line without its end.</summary>
    /// <param name="isTooLong">Whether the client sent more than a line may have; nothing is to be read after that.</param>
    /// <returns>Null at the end, or if the line is too long. What comes after the last line's end is a line as well.</returns>
    public string? Read(out bool isTooLong)
    {
        while (true)
        {
            var end = _buffer.AsSpan(0, _length).IndexOf((byte)'\n');
            isTooLong = end > longest || (end < 0 && _length > longest);
            if (isTooLong)
            {
                return null;
            }

            if (end >= 0)
            {
                return Take(end, end + 1);
            }

            var count = socket.Receive(_buffer.AsSpan(_length));
            if (count == 0)
            {
                return Rest();
            }

            _length += count;
        }
    }

    private string? Rest() => _length == 0 ? null : Take(_length, _length);

    private string Take(int length, int withEnd)
    {
        var line = Encoding.UTF8.GetString(_buffer, 0, length).Trim();
        _length -= withEnd;
        _buffer.AsSpan(withEnd, _length).CopyTo(_buffer);
        return line;
    }
}
