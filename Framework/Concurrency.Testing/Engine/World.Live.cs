using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <content>A world without an end, for an executor that stands alone.</content>
internal sealed partial class World
{
    private const int MostChoices = 10_000;

    public override bool KeepsContinuations => !_options.IsLive;

    /// <summary>Runs one turn.</summary>
    /// <returns>False if none is ready.</returns>
    public bool RunTurn()
    {
        if (_ready.Count == 0)
        {
            return false;
        }

        if (Log.Count > MostChoices)
        {
            Log.Clear();
        }

        Step();
        LeaveTurn();
        return true;
    }

    /// <summary>Takes out all that is ready.</summary>
    public void TakeAll(List<ReadyItem> into)
    {
        while (_ready.Count > 0)
        {
            into.Add(_ready.Take(0));
        }
    }
}
