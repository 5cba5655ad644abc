using Concurrency.Execution;

namespace Concurrency.Scopes;

/// <summary>Runs work again and again until it succeeds or is cancelled, and says so in the log without flooding it.</summary>
public static class RetryForever
{
    /// <summary>Runs work until it returns.</summary>
    /// <param name="work">Runs in the caller; it receives the token.</param>
    /// <param name="options">Waits and log; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the work or the wait for the next try.</param>
    /// <returns>What the work has returned.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The work returned null instead of a task: that is not tried again.</exception>
    /// <remarks>
    /// A failure whose message is new is logged at once; the same message again only after a while, with the number of its failures. A
    /// message that comes after another one is new.
    /// </remarks>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, RetryForeverOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        options ??= new RetryForeverOptions();
        options.ThrowIfInvalid();
        var clock = options.TimeProvider ?? Executor.Current?.TimeProvider ?? TimeProvider.System;
        var log = new Failures(options, clock);
        for (var attempt = 1; ; attempt = Math.Max(attempt, unchecked(attempt + 1)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var isGiven = true;
            try
            {
                var attempted = work(cancellationToken);
                isGiven = attempted is not null;
                return await Given.Task(attempted, "RetryForever.RunAsync").ConfigureAwait(Executor.Current is not null);
            }
            catch (Exception error) when (isGiven && !cancellationToken.IsCancellationRequested)
            {
                log.Add(error);
            }

            // In pieces: a timer takes 49 days.
            for (var wait = options.Delay.Delay(attempt); wait > TimeSpan.Zero; wait -= LongWait.LongestPiece)
            {
                await Task.Delay(wait < LongWait.LongestPiece ? wait : LongWait.LongestPiece, clock, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        }
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, Task{T}}, RetryForeverOptions?, CancellationToken)"/>
    public static Task RunAsync(Func<CancellationToken, Task> work, RetryForeverOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(WithoutResult.Of(work), options, cancellationToken);
    }

    private sealed class Failures(RetryForeverOptions options, TimeProvider clock)
    {
        private Exception? _last;
        private long _logged;
        private long _count;

        public void Add(Exception error)
        {
            var isNew = error.Message != _last?.Message;
            if (isNew && _count > 0)
            {
                // What was held back of the message before.
                options.Logger.TriedAgain(options.Name, _last!.Message, _count, _last);
            }

            _count = isNew ? 1 : _count + 1;
            _last = error;
            if (isNew || clock.GetElapsedTime(_logged) >= options.SameLogInterval)
            {
                options.Logger.TriedAgain(options.Name, error.Message, _count, error);
                _logged = clock.GetTimestamp();
                _count = 0;
            }
        }
    }
}
