using System.CommandLine;
using System.Text.Json;
using Concurrency.Bench.Interop;

namespace Concurrency.Bench.Http;

/// <summary>The hidden command <c>load</c>: a load generator in a process of its own that runs one order per input line.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var command = new Command("load", "HTTP load generator; takes orders as lines of JSON.") { Hidden = true };
        command.SetAction(_ =>
        {
            LibC.WakePunctually();
            while (Console.ReadLine() is { } line)
            {
                using var run = new LoadRun(JsonSerializer.Deserialize<LoadOrder>(line)
                    ?? throw new ArgumentException($"Not an order: '{line}'."));
                Console.WriteLine(JsonSerializer.Serialize(run.Run()));
            }

            return 0;
        });
        return command;
    }
}
