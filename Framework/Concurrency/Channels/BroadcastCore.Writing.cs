using Concurrency.Execution;

namespace Concurrency.Channels;

/// <content>What writers do: publish at once, or wait in line.</content>
internal sealed partial class BroadcastCore<T>
{
    public bool TryPublish(T item)
    {
        Interleaving.Touch(OperationKind.Send, this);
        return Publish(new Letter(item, route.HashOf(item), MayWait: false), hasTurn: false, out _) == BroadcastOutcome.Published;
    }

    public ValueTask PublishAsync(T item, CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Send, this, static (write, token) => write.Self.PublishNowAsync(write.Item, token), (Self: this, Item: item), cancellationToken)
            : PublishNowAsync(item, cancellationToken);

    private ValueTask PublishNowAsync(T item, CancellationToken cancellationToken)
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

    public ValueTask<bool> WaitToPublishAsync(CancellationToken cancellationToken) =>
        Interleaving.Applies
            ? Interleaving.ThenAsync(OperationKind.Wait, this, static (self, token) => self.AskAsync(token), this, cancellationToken)
            : AskAsync(cancellationToken);

    private ValueTask<bool> AskAsync(CancellationToken cancellationToken)
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
            if (letter.Hash is not null)
            {
                await _turn.Writer.WriteAsync(true, cancellationToken).ConfigureAwait(Executor.Current is not null);
                hasTurn = true;
            }

            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var outcome = Publish(letter, hasTurn: true, out var waiting);
                if (outcome != BroadcastOutcome.MustWait)
                {
                    return outcome;
                }

                await WaitForRoomAsync(waiting, cancellationToken).ConfigureAwait(Executor.Current is not null);
                using (_gate.EnterScope())
                {
                    _wakes.Remove(waiting.Wake);
                }
            }
        }
        finally
        {
            LeaveLine(letter, hasTurn);
        }
    }

    private void LeaveLine(Letter letter, bool hadTurn)
    {
        bool isLast;
        using (_gate.EnterScope())
        {
            CountInLine(letter, -1);
            isLast = letter.Hash is not null && _itemsInLine == 0;
        }

        if (hadTurn)
        {
            _turn.Reader.TryRead(out _);
        }

        if (isLast)
        {
            WakeWriters();
        }
    }

    /// <summary>Waits until one of the receivers, if there are any, has room or is closed, or until woken.</summary>
    private async Task WaitForRoomAsync(Waiting waiting, CancellationToken cancellationToken)
    {
        using var link = cancellationToken.UnsafeRegister(static wake => ((CancellationTokenSource)wake!).Cancel(), waiting.Wake);
        var waits = waiting.Receivers.Length == 0
            ? [_neverRead.Writer.WaitToWriteAsync(waiting.Wake.Token).AsTask()]
            : Array.ConvertAll(waiting.Receivers, one => one.Writer.WaitToWriteAsync(waiting.Wake.Token).AsTask());
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
