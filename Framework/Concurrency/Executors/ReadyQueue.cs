using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>First in, first out, for the thread that holds the turn; steady work allocates nothing.</summary>
/// <remarks>
/// A chain of blocks instead of one array: a burst does not copy what waits, and none of it lies among the large objects, which only
/// full collections look at. Blocks that bursts need are kept as long as bursts come.
/// </remarks>
internal sealed class ReadyQueue
{
    private const int BlockSize = 256;
    private const int MostSpares = 256;
    private const int KeptSpares = 15;
    private const int Forgetting = 16;

    private Block _head = new();
    private Block _tail;
    private int _taken;
    private int _added;
    private int _count;
    private Block? _spares;
    private int _spareCount;
    private int _peak;

    public ReadyQueue()
    {
        _tail = _head;
    }

    public int Count => _count;

    /// <summary>Remembers how much waits now, to know later what bursts need.</summary>
    /// <returns>How much waits now.</returns>
    public int See()
    {
        _peak = Math.Max(_peak, _count);
        return _count;
    }

    public void Enqueue(in ExecutorWork work)
    {
        var index = _added;
        if (index == BlockSize)
        {
            AddBlock();
            index = 0;
        }

        _tail.Items[index] = work;
        _added = index + 1;
        _count++;
    }

    public void EnqueueRange(ReadOnlySpan<ExecutorWork> works)
    {
        _count += works.Length;
        while (!works.IsEmpty)
        {
            if (_added == BlockSize)
            {
                AddBlock();
            }

            var part = Math.Min(works.Length, BlockSize - _added);
            works[..part].CopyTo(_tail.Items.AsSpan(_added));
            _added += part;
            works = works[part..];
        }
    }

    public bool TryDequeue(out ExecutorWork work)
    {
        if (_count == 0)
        {
            work = default;
            return false;
        }

        var index = _taken;
        if (index == BlockSize)
        {
            DropBlock();
            index = 0;
        }

        ref var slot = ref _head.Items[index];
        work = slot;
        slot = default;
        _taken = index + 1;
        if (--_count == 0)
        {
            // The same few lines of the cache again.
            _taken = 0;
            _added = 0;
        }

        return true;
    }

    /// <summary>Gives back what a burst needed, unless bursts like that keep coming; called when the queue is empty.</summary>
    public void Shrink()
    {
        var keep = KeptSpares + (_peak / BlockSize);
        while (_spareCount > keep)
        {
            _spares = _spares!.Next;
            _spareCount--;
        }

        _peak -= (_peak + Forgetting - 1) / Forgetting;
    }

    private void AddBlock()
    {
        var block = _spares;
        if (block is null)
        {
            block = new Block();
        }
        else
        {
            _spares = block.Next;
            block.Next = null;
            _spareCount--;
        }

        _tail.Next = block;
        _tail = block;
        _added = 0;
    }

    private void DropBlock()
    {
        var empty = _head;
        _head = empty.Next!;
        _taken = 0;
        empty.Next = null;
        if (_spareCount < MostSpares)
        {
            empty.Next = _spares;
            _spares = empty;
            _spareCount++;
        }
    }

    private sealed class Block
    {
        public readonly ExecutorWork[] Items = new ExecutorWork[BlockSize];

        public Block? Next;
    }
}
