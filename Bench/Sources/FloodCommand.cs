using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Concurrency.Bench.Sources;

/// <summary>The hidden command <c>flood</c>: sends datagrams of 64 bytes as fast as one thread can, one order per input line.</summary>
internal static class FloodCommand
{
    public static Command Create()
    {
        var command = new Command("flood", "Datagram sender; takes orders as lines of JSON.") { Hidden = true };
        command.SetAction(_ =>
        {
            while (Console.ReadLine() is { } line)
            {
                var order = JsonSerializer.Deserialize<FloodOrder>(line) ?? throw new ArgumentException($"Not an order: '{line}'.");
                Console.WriteLine(Flood(order));
            }

            return 0;
        });
        return command;
    }

    private static long Flood(FloodOrder order)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Loopback, order.Port);
        var payload = new byte[64];
        var sent = 0L;
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < order.Seconds)
        {
            try
            {
                for (var i = 0; i < 64; i++)
                {
                    socket.Send(payload);
                    sent++;
                }
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // The receiver has gone: the rest of the order falls on deaf ears.
                break;
            }
        }

        return sent;
    }
}
