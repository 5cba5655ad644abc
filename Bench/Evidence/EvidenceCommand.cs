using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Concurrency.Channels;

namespace Concurrency.Bench.Evidence;

/// <summary>The command <c>evidence</c>: the same race on the in-box bounded channel and on ours.</summary>
internal static class EvidenceCommand
{
    private const int Capacity = 8;

    private static readonly CompositeFormat s_layout =
        CompositeFormat.Parse("{0,-6} {1,7}  {2,-6} {3,11} {4,11} {5,8} {6,10} {7,6} {8,11} {9,7}  {10}");

    public static Command Create()
    {
        var seconds = new Option<double>("--seconds")
        {
            Description = "Length of each of the 15 cases, per channel.",
            DefaultValueFactory = _ => 8,
        };
        seconds.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value is not (>= 0.1 and <= 3600))
            {
                result.AddError($"--seconds is {value}. Use 0.1 to 3600.");
            }
        });
        var command = new Command("evidence", "Races cancellation against the in-box bounded channel and against ours, and counts what goes wrong.") { seconds };
        command.SetAction(parsed => RunAsync(TimeSpan.FromSeconds(parsed.GetValue(seconds))));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan length)
    {
        Console.WriteLine($"{RaceCase.All.Count} cases x {length.TotalSeconds:0.#} s, capacity {Capacity}, cancellation aimed at calls in progress, .NET {Environment.Version}");
        Console.WriteLine(Line("case", "readers", "", "written", "cancelled", "lost", "ghosts", "twice", "exceptions", "stalls", ""));
        int clean = 0, cleanInBox = 0;
        foreach (var race in RaceCase.All)
        {
            var inBox = await CancellationRace.RunAsync(race, Channel.CreateBounded<long>(Capacity), length);
            Console.WriteLine(Line(race, "in-box", inBox));
            var ours = await CancellationRace.RunAsync(race, BoundedChannel.Create<long>(Capacity), length);
            Console.WriteLine(Line(race, "ours", ours));
            cleanInBox += inBox.IsClean ? 1 : 0;
            clean += ours.IsClean ? 1 : 0;
        }

        Console.WriteLine("lost: written, never read. ghosts: read although the write reported cancellation. twice: read more than once.");
        Console.WriteLine($"clean: in-box {cleanInBox} of {RaceCase.All.Count}, ours {clean} of {RaceCase.All.Count}");
        return clean == RaceCase.All.Count ? 0 : 1;
    }

    private static string Line(RaceCase race, string side, RaceResult result) => Line(
        race.Name, race.Readers, side, Number(result.Written), Number(result.Cancelled), Number(result.Lost),
        Number(result.DeliveredThoughCancelled), Number(result.Duplicates), Number(result.Exceptions), Number(result.Stalls),
        result.IsClean ? "clean" : result.FirstException ?? "");

    private static string Line(params object[] cells) => string.Format(CultureInfo.InvariantCulture, s_layout, cells).TrimEnd();

    private static string Number(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
