using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 7504; two locks in two orders. Its description was not found; from the class (two orders of locks, a wait group)
/// and from 8019 and 12948, which say the order of the same locks: manager, table, cache of names, lease. Looking a table up by its name
/// goes from the cache to the lease; who releases the last use of a lease goes from the lease to the cache. Corrected: it gives the lease's
/// lock back first.
/// </summary>
internal sealed class Cockroach7504(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _table = new();
    private readonly AsyncLock _names = new();
    private readonly AsyncLock _lease = new();
    private readonly AsyncCountdownEvent _ended = new(3);
    private int _uses = 2;
    private bool _isCached = true;

    public override async Task RunAsync()
    {
        _ = Go(LookUpAsync);
        _ = Go(ReleaseAsync);
        _ = Go(ReleaseAsync);
        await _ended.WaitAsync();
    }

    private async Task LookUpAsync()
    {
        using (await _names.LockAsync())
        {
            if (_isCached)
            {
                using (await _lease.LockAsync())
                {
                    _uses += _uses > 0 ? 1 : 0;
                }
            }
        }

        _ended.Signal();
    }

    private async Task ReleaseAsync()
    {
        using (await _table.LockAsync())
        {
            bool isLast;
            using (await _lease.LockAsync())
            {
                isLast = --_uses == 0;
                if (isLast && !IsFixed)
                {
                    await ForgetAsync();
                }
            }

            if (isLast && IsFixed)
            {
                await ForgetAsync();
            }
        }

        _ended.Signal();
    }

    private async Task ForgetAsync()
    {
        using (await _names.LockAsync())
        {
            _isCached = false;
        }
    }
}
