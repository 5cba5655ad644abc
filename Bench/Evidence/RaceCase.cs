namespace Concurrency.Bench.Evidence;

/// <summary>Who races against cancellation in one case.</summary>
/// <param name="Name">Shown in the table.</param>
/// <param name="Reads">What the readers call.</param>
/// <param name="CancelsWrites">Whether <c>WriteAsync</c> is cancelled too.</param>
/// <param name="Readers">How many read at once.</param>
internal sealed record RaceCase(string Name, ReadKind Reads, bool CancelsWrites, int Readers)
{
    public static IReadOnlyList<RaceCase> All { get; } =
    [
        .. from kind in new[]
           {
               ("read", ReadKind.Read, false),
               ("wait", ReadKind.Wait, false),
               ("mixed", ReadKind.Mixed, false),
               ("write", ReadKind.Uncancelled, true),
               ("all", ReadKind.Mixed, true),
           }
           from readers in new[] { 1, 2, 4 }
           select new RaceCase(kind.Item1, kind.Item2, kind.Item3, readers),
    ];

    /// <summary>Two where writes are cancelled, so that writers also queue behind each other.</summary>
    public int Writers => CancelsWrites ? 2 : 1;
}
