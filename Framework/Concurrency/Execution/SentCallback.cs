namespace Concurrency.Execution;

/// <summary>A callback whose sender waits for its end.</summary>
internal sealed class SentCallback(SendOrPostCallback callback, object? state) : TaskCompletionSource, IThreadPoolWorkItem
{
    public void Execute()
    {
        try
        {
            callback(state);
            SetResult();
        }
        catch (Exception error)
        {
            SetException(error);
        }
    }
}
