#region processes-program
using System.Text.Json.Serialization;

if (await ProcessWorker.TryRunAsync(Work.Catalog))
{
    return;
}

await using var executor = new ProcessExecutor(Work.Catalog);

var counts = await Task.WhenAll(args.Select(text => executor.RunAsync(Work.CountLetters, text)));

Console.WriteLine(string.Join(' ', counts));

internal static class Work
{
    public static readonly ProcessWork<string, int> CountLetters = ProcessWork.DefineSynchronous(
        "count-letters", WorkJson.Default.String, WorkJson.Default.Int32, (text, _) => text.Count(char.IsLetter));

    public static readonly ProcessWork<int, int> Leave = ProcessWork.DefineSynchronous(
        "leave", WorkJson.Default.Int32, WorkJson.Default.Int32, (code, _) =>
        {
            Environment.Exit(code);
            return code;
        });

    public static readonly ProcessWork<string, DateOnly> ReadDate = ProcessWork.DefineSynchronous(
        "read-date", WorkJson.Default.String, WorkJson.Default.DateOnly, (text, _) => DateOnly.ParseExact(text, "yyyy-MM-dd"));

    public static readonly ProcessWork<int, int> Spin = ProcessWork.DefineSynchronous(
        "spin", WorkJson.Default.Int32, WorkJson.Default.Int32, (number, _) =>
        {
            while (number >= 0)
            {
                Thread.Yield();
            }

            return number;
        });

    public static readonly ProcessWorkCatalog Catalog = new(CountLetters, Leave, ReadDate, Spin);
}

[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(DateOnly))]
internal sealed partial class WorkJson : JsonSerializerContext;
#endregion
