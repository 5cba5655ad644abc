namespace Concurrency.Coordination;

/// <summary>Pauses and resumes the work that looks at its <see cref="Token"/>.</summary>
/// <remarks>All members are safe to call from any thread.</remarks>
public sealed class PauseTokenSource
{
    private readonly AsyncManualResetEvent _running = new(true);

    /// <summary>Whether the work is to pause.</summary>
    public bool IsPaused
    {
        get => !_running.IsSet;
        set
        {
            if (value)
            {
                _running.Reset();
            }
            else
            {
                _running.Set();
            }
        }
    }

    /// <summary>What the work looks at.</summary>
    public PauseToken Token => new(_running);
}
