using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>What one schedule after the other can use again.</summary>
internal sealed class WorldBuffers
{
    private ReadyItem[] _spare = new ReadyItem[64];
    private int _spares;

    public ChoiceLog Log { get; } = new();

    public ReadySet Ready { get; } = new();

    /// <summary>Forgets the schedule before.</summary>
    public WorldBuffers Clear()
    {
        Log.Clear();
        Ready.Clear();
        return this;
    }

    public ReadyItem Rent() => _spares == 0 ? new ReadyItem() : _spare[--_spares];

    public void Return(ReadyItem item)
    {
        if (_spares == _spare.Length)
        {
            Array.Resize(ref _spare, 2 * _spares);
        }

        _spare[_spares++] = item;
    }
}
