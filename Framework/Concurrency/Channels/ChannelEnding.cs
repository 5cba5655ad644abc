using Concurrency.Execution;

namespace Concurrency.Channels;

/// <summary>How a channel ends: it is closed to writers, its last item leaves, and its <c>Completion</c> says so.</summary>
internal sealed class ChannelEnding<T>(ChannelCore<T> core)
{
    private readonly TaskCompletionSource _completion = new(Interleaving.CompletionOptions);

    public Task Completion => _completion.Task;

    /// <summary>Closes the channel to writers; what is inside can still be read.</summary>
    /// <returns>False if it was closed before.</returns>
    public bool TryClose(Exception? error)
    {
        var after = default(AfterGate);
        core.Enter();
        try
        {
            if (core.Closure is not null)
            {
                return false;
            }

            CloseLocked(MakeClosure(error), ref after);
            after.Completed = core.Items.Count == 0;
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        return true;
    }

    /// <summary>Closes the channel and takes out what is inside.</summary>
    public void Abort(Exception? error)
    {
        var after = default(AfterGate);
        T[] undelivered;
        core.Enter();
        try
        {
            undelivered = core.Items.Count == 0 ? [] : core.CopyItemsLocked();
            if (core.Closure is null)
            {
                CloseLocked(MakeClosure(error), ref after);
            }
            else if (core.Closure.Error is null && error is not null && undelivered.Length != 0)
            {
                // The writer had ended well, but its items will not arrive: readers and Completion get to know.
                core.Closure = MakeClosure(error);
            }

            core.Conflation?.Clear();
            core.Ranks?.Clear();
            core.Items.Clear();
            core.Counts.Aborted += undelivered.Length;
            core.Work?.BeginHandingLocked(undelivered.Length);
            after.Completed = true;
        }
        finally
        {
            core.Exit();
        }

        core.Finish(ref after);
        try
        {
            Undelivered.Report(core.OnUndelivered, undelivered, DropCause.Aborted);
        }
        finally
        {
            core.Work?.EndHanding(undelivered.Length);
        }
    }

    /// <summary>Completes <see cref="Completion"/>; a second call does nothing.</summary>
    public void Complete()
    {
        core.Meter?.Dispose();
        switch (core.Closure!.Error)
        {
            case null:
                _completion.TrySetResult();
                break;
            case OperationCanceledException cancelled:
                _completion.TrySetCanceled(cancelled.CancellationToken);
                break;
            case { } error:
                if (_completion.TrySetException(error))
                {
                    // Each reader and writer sees the error too: nobody is obliged to look at Completion.
                    _ = _completion.Task.Exception;
                }

                break;
        }
    }

    private ChannelClosure MakeClosure(Exception? error) =>
        core.Work is null ? new ChannelClosure(error) : new QueueClosure(core.Policy.Name, error);

    private void CloseLocked(ChannelClosure closure, ref AfterGate after)
    {
        core.Closure = closure;
        while (!core.Readers.IsEmpty)
        {
            var node = core.Readers.Dequeue();
            if (node is ReadWaiter<T> reader)
            {
                reader.Settle(closure.ToReadOrWriteError());
                after.Settled.Add(node);
            }
            else if (((SelectNode<T>)node).TryClose(closure))
            {
                after.Settled.Add(node);
            }
        }

        while (!core.Writers.IsEmpty)
        {
            var writer = (WriteWaiter<T>)core.Writers.Dequeue();
            writer.Settle(closure.ToReadOrWriteError());
            after.Settled.Add(writer);
        }

        EndWaitsLocked(core.ReadWaits, closure, ref after);
        EndWaitsLocked(core.WriteWaits, closure, ref after);
    }

    private static void EndWaitsLocked(WaiterQueue queue, ChannelClosure closure, ref AfterGate after)
    {
        while (!queue.IsEmpty)
        {
            var waiter = (ReadinessWaiter<T>)queue.Dequeue();
            if (closure.Error is null)
            {
                waiter.Settle(false);
            }
            else
            {
                waiter.Settle(closure.Error);
            }

            after.Settled.Add(waiter);
        }
    }
}
