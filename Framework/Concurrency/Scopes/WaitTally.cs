using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Counts ended tasks and says when a wait has reached its goal.</summary>
/// <param name="left">How many must end.</param>
/// <param name="endsWithFailure">Whether the first failure is enough.</param>
internal sealed class WaitTally(int left, bool endsWithFailure)
{
    private readonly TaskCompletionSource _reached = new(Interleaving.CompletionOptions);
    private int _left = left;

    public Task Reached => _reached.Task;

    /// <summary>Begins to watch a task, until the token is cancelled.</summary>
    public void Watch(Task task, CancellationToken until) => _ = task.ContinueWith(
        static (ended, tally) => ((WaitTally)tally!).Count(ended),
        this,
        until,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private void Count(Task ended)
    {
        if (Interlocked.Decrement(ref _left) == 0 || (endsWithFailure && !ended.IsCompletedSuccessfully))
        {
            _reached.TrySetResult();
        }
    }
}
