using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Concurrency.Sources;

/// <summary>Reads and writes endpoints as <c>HOST:PORT</c>, the form of command lines and configuration.</summary>
public static class HostPort
{
    /// <summary>Reads <c>HOST:PORT</c>.</summary>
    /// <param name="text">HOST is an IPv4 address, an IPv6 address in brackets, <c>localhost</c> (127.0.0.1) or <c>*</c>
    /// (every address of this machine); PORT is 0 to 65535, where 0 lets the system pick a free port.</param>
    /// <exception cref="FormatException">The text has another form; the message names it and what is allowed.</exception>
    public static IPEndPoint Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out var endPoint) ? endPoint : throw new FormatException(
            $"'{text}' is not an endpoint. Use HOST:PORT, where HOST is an IPv4 address, an IPv6 address in brackets, "
            + "localhost or *, and PORT is a number from 0 (any free port) to 65535.");
    }

    /// <summary>Reads <c>HOST:PORT</c> as <see cref="Parse"/> does, without an exception.</summary>
    /// <returns>Whether the text is an endpoint.</returns>
    public static bool TryParse(string? text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = null;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 1 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        if (AddressOf(text.AsSpan(0, colon)) is not { } address)
        {
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        return true;
    }

    private static IPAddress? AddressOf(ReadOnlySpan<char> host)
    {
        if (host is "*")
        {
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        }

        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        var bracketed = host is ['[', .., ']'];
        return IPAddress.TryParse(bracketed ? host[1..^1] : host, out var address)
            && bracketed == (address.AddressFamily == AddressFamily.InterNetworkV6)
            && (bracketed || host.Count('.') == 3) ? address : null;
    }
}
