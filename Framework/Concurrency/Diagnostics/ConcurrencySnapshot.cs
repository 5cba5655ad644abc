using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Concurrency.Diagnostics;

/// <summary>What lives in this process at one moment, as a tree: executors, scopes, channels, pools, tasks.</summary>
/// <remarks>
/// Taking one takes no lock and runs on the calling thread, so it works while executors are stuck. The values of one object belong
/// together as far as that object says so; objects are visited one after another, so one that ends meanwhile may be missing while its
/// parent still counts it. An object that fails to describe itself is shown with the error; nothing is thrown.
/// </remarks>
public sealed record ConcurrencySnapshot
{
    /// <summary>When it was taken.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The process it was taken in.</summary>
    public int ProcessId { get; init; }

    /// <summary>The objects that belong to no other, in the order of kind and name.</summary>
    public IReadOnlyList<SnapshotNode> Roots { get; init; } = [];

    /// <summary>Objects that were left out because there were more than asked for.</summary>
    public int Omitted { get; init; }

    /// <summary>Looks at this process.</summary>
    /// <param name="limit">How many objects to show at most, 1 or more; parts of an object do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is less than 1.</exception>
    public static ConcurrencySnapshot Take(int limit = 10_000)
    {
        if (limit < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, string.Create(
                CultureInfo.InvariantCulture, $"The number of objects of a snapshot was {limit}. Give 1 or more."));
        }

        var (roots, omitted) = SnapshotTree.Build(LiveObjects.Current, limit);
        return new ConcurrencySnapshot
        {
            Time = TimeProvider.System.GetUtcNow(),
            ProcessId = Environment.ProcessId,
            Roots = roots,
            Omitted = omitted,
        };
    }

    /// <summary>Every object, each before those beneath it.</summary>
    public IEnumerable<SnapshotNode> All() => Roots.SelectMany(static root => root.SelfAndDescendants());

    /// <summary>The tree as text, one object a line.</summary>
    public string ToText() => SnapshotText.Write(this);

    /// <inheritdoc cref="ToText"/>
    public override string ToString() => ToText();

    /// <summary>The snapshot as one JSON object, which <see cref="FromJson"/> reads.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            SnapshotJson.Write(writer, this);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="ToJson"/> has written, perhaps in another process or version; members it does not know are skipped.</summary>
    /// <exception cref="FormatException">The text is not a snapshot.</exception>
    public static ConcurrencySnapshot FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return SnapshotJson.Read(json);
    }
}
