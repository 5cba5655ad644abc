namespace Concurrency.Bench.Evidence;

/// <summary>Remembers of every item whether its write was accepted or cancelled, and how often it was delivered: three bits each.</summary>
internal sealed class RaceLedger
{
    private const int ChunkBits = 20;
    private const long ItemMask = (1L << 40) - 1;

    private readonly Chunk?[][] _writers;
    private readonly long[] _attempts;
    private long _delivered;
    private long _duplicates;

    public RaceLedger(int writers)
    {
        _writers = [.. Enumerable.Range(0, writers).Select(_ => new Chunk?[4096])];
        _attempts = new long[writers];
    }

    public long Delivered => Volatile.Read(ref _delivered);

    public long Duplicates => Volatile.Read(ref _duplicates);

    /// <summary>A new item; called by the writer itself before it writes the item.</summary>
    public long Next(int writer)
    {
        var sequence = _attempts[writer]++;
        var index = (int)(sequence >> ChunkBits);
        _writers[writer][index] ??= new Chunk();
        return ((long)writer << 40) | sequence;
    }

    public void Accepted(long item) => Set(ChunkOf(item).Accepted, item);

    public void Cancelled(long item) => Set(ChunkOf(item).Cancelled, item);

    public void Deliver(long item)
    {
        if (Set(ChunkOf(item).Delivered, item))
        {
            Interlocked.Increment(ref _delivered);
        }
        else
        {
            Interlocked.Increment(ref _duplicates);
        }
    }

    /// <summary>Adds up all items; called when nobody writes or reads any more.</summary>
    public (long Written, long Lost, long DeliveredThoughCancelled) Settle()
    {
        long written = 0, lost = 0, wrong = 0;
        foreach (var chunk in _writers.SelectMany(chunks => chunks).OfType<Chunk>())
        {
            for (var i = 0; i < chunk.Accepted.Length; i++)
            {
                written += long.PopCount(chunk.Accepted[i]);
                lost += long.PopCount(chunk.Accepted[i] & ~chunk.Delivered[i]);
                wrong += long.PopCount(chunk.Cancelled[i] & chunk.Delivered[i]);
            }
        }

        return (written, lost, wrong);
    }

    private static bool Set(long[] words, long item)
    {
        var bit = item & ((1 << ChunkBits) - 1);
        var mask = 1L << (int)(bit & 63);
        return (Interlocked.Or(ref words[bit >> 6], mask) & mask) == 0;
    }

    private Chunk ChunkOf(long item) => _writers[item >> 40][(item & ItemMask) >> ChunkBits]
        ?? throw new InvalidOperationException($"The channel delivered {item}, which nobody wrote.");

    private sealed class Chunk
    {
        public readonly long[] Accepted = new long[1 << (ChunkBits - 6)];
        public readonly long[] Cancelled = new long[1 << (ChunkBits - 6)];
        public readonly long[] Delivered = new long[1 << (ChunkBits - 6)];
    }
}
