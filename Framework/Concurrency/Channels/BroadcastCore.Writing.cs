using Concurrency.Execution;

namespace Concurrency.Channels;

/// <content>What writers do: publish at once, or wait in line.</content>
internal sealed partial class BroadcastCore<T>
{
    public bool TryPublish(T item) =>
        Publish(new Letter(item, route.HashOf(item), MayWait: false), hasTurn: false, out _) == BroadcastOutcome.Published;

    public ValueTask PublishAsync(T item, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var letter = new Letter(item, route.HashOf(item), MayWait: true);
        return Publish(letter, hasTurn: false, out _) switch
        {
            BroadcastOutcome.Published => default,
            BroadcastOutcome.Closed => _closure!.ToFailedWrite(),
            BroadcastOutcome.Refused => ValueTask.FromException(FullError()),
            _ => PublishInLineAsync(letter, cancellationToken),
        };
    }

    public ValueTask<bool> WaitToPublishAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(cancellationToken);
        }

        var question = new Letter(default!, Hash: null, MayWait: true);
        return Publish(question, hasTurn: false, out _) switch
        {
            BroadcastOutcome.Published => new ValueTask<bool>(true),
            BroadcastOutcome.Closed => _closure!.ToEndOfWaiting(),
            _ => WaitInLineAsync(question, cancellationToken),
        };
    }

    private async ValueTask PublishInLineAsync(Letter letter, CancellationToken cancellationToken)
    {
        switch (await TakeTurnAsync(letter, cancellationToken).ConfigureAwait(Executor.Current is not null))
        {
            case BroadcastOutcome.Closed:
                throw _closure!.ToReadOrWriteError();
            case BroadcastOutcome.Refused:
                throw FullError();
        }
    }

    private async ValueTask<bool> WaitInLineAsync(Letter question, CancellationToken cancellationToken)
    {
        var outcome = await TakeTurnAsync(question, cancellationToken).ConfigureAwait(Executor.Current is not null);
        return outcome != BroadcastOutcome.Closed || await _closure!.ToEndOfWaiting().ConfigureAwait(Executor.Current is not null);
    }

    private async ValueTask<BroadcastOutcome> TakeTurnAsync(Letter letter, CancellationToken cancellationToken)
    {
        var hasTurn = false;
        try
        {
            await _turn.Writer.WriteAsync(true, cancellationToken).ConfigureAwait(Executor.Current is not null);
            hasTurn = true;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outcome = Publish(letter, hasTurn: true, out var waiting);
                if (outcome != BroadcastOutcome.MustWait)
                {
                    return outcome;
                }

                await WaitForRoomAsync(waiting, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        }
        finally
        {
            LeaveLine(letter, hasTurn);
        }
    }

    private void LeaveLine(Letter letter, bool hadTurn)
    {
        using (_gate.EnterScope())
        {
            CountInLine(letter, -1);
            _wake = hadTurn ? null : _wake;
        }

        if (hadTurn)
        {
            _turn.Reader.TryRead(out _);
        }
    }

    /// <summary>Waits until one of the receivers has room, is closed, or the token or a change of the subscribers ends the wait.</summary>
    private static async Task WaitForRoomAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        using var link = cancellationToken.UnsafeRegister(static wake => ((CancellationTokenSource)wake!).Cancel(), waiting.Wake);
        var waits = Array.ConvertAll(waiting.Receivers, one => one.Writer.WaitToWriteAsync(waiting.Wake.Token).AsTask());
        await Task.WhenAny(waits).ConfigureAwait(Executor.Current is not null);
        CancelHere(waiting.Wake);
        foreach (var wait in waits)
        {
            try
            {
                await wait.ConfigureAwait(Executor.Current is not null);
            }
            catch (Exception)
            {
                // The waits that lost, or a subscriber that was closed with an error: the writer looks again in any case.
            }
        }
    }

    /// <summary>Cancels in this turn: CancelAsync would run the callbacks on the thread pool, off the executor.</summary>
    private static void CancelHere(CancellationTokenSource wake) => wake.Cancel();

    private static ChannelFullException FullError() => new(
        "The subscriber that the item was for is full and rejects it. Await WaitToWriteAsync, give the subscriber another full mode, or add subscribers.");
}
