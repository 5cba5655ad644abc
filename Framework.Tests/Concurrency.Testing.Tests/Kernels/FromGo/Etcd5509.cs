using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 5509; a lock that stays taken. Getting a key from a client that is closed at the same time hangs: the public text says no
/// more than that. From the class (one lock taken twice, a reader-writer lock and a context): the way out for a closed client leaves the
/// read lock taken, and what closes the connection afterwards waits to write. Corrected: it is given back on every way out.
/// </summary>
internal sealed class Etcd5509(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncReaderWriterLock _lock = new();
    private readonly CancellationTokenSource _context = new();
    private bool _isClosed;
    private bool _isConnected = true;

    public override Task RunAsync() => Task.WhenAll(Go(CloseAsync), Go(GetAsync), Go(DisconnectAsync));

    private async Task CloseAsync()
    {
        using (await _lock.WriterLockAsync())
        {
            _isClosed = true;
            _context.Cancel();
        }
    }

    private async Task GetAsync()
    {
        var reading = await _lock.ReaderLockAsync();
        if (_isClosed)
        {
            if (IsFixed)
            {
                reading.Dispose();
            }

            return;
        }

        Assert.True(_isConnected);
        reading.Dispose();
    }

    private async Task DisconnectAsync()
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, Sim.Clock, _context.Token);
        }
        catch (OperationCanceledException)
        {
            using (await _lock.WriterLockAsync())
            {
                _isConnected = false;
            }
        }
    }
}
