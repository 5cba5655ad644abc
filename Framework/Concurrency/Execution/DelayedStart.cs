namespace Concurrency.Execution;

/// <summary>The place of one piece of work among those that wait for their time.</summary>
internal sealed class DelayedStart(DelayedQueue queue, IDelayedWork work) : DueItem
{
    private CancellationTokenRegistration _registration;

    /// <summary>Lets a token take the work out; <paramref name="cancelled"/> is called on the work if it did so before its time.</summary>
    public void CancelWith(Action<object?, CancellationToken> cancelled, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registration = cancellationToken.UnsafeRegister(
            (self, token) =>
            {
                var start = (DelayedStart)self!;
                if (start.TryCancel())
                {
                    cancelled(start.Work, token);
                }
            },
            this);

        // Its time may have come before the line above had an effect.
        if (!queue.Contains(this))
        {
            _registration.Unregister();
        }
    }

    /// <summary>Takes the work out.</summary>
    /// <returns>False if it is out already: started, cancelled or withdrawn.</returns>
    public bool TryCancel() => queue.TryRemove(this);

    /// <summary>The queue gave it out because it is due.</summary>
    public void Deliver()
    {
        _registration.Unregister();
        work.Submit();
    }

    /// <summary>The queue gave it out because the executor ends.</summary>
    public void Withdraw()
    {
        _registration.Unregister();
        work.Withdraw();
    }

    private IDelayedWork Work => work;
}
