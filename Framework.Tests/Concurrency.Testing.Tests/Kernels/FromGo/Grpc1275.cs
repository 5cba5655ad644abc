using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 1275; a channel. Closing a connection closes its streams, which takes them out of the active ones without an error for
/// those who receive; what ends all active streams does not see them any more, so a receiver hangs. Corrected: the error comes first.
/// </summary>
internal sealed class Grpc1275(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly BoundedChannel<string> _received = Channel<string>(1);
    private readonly CancellationTokenSource _connection = new();
    private bool _isActive = true;

    public override async Task RunAsync()
    {
        var streams = Task.WhenAll(Go(WatchAsync), Go(EndAllAsync), Go(() => _received.Reader.ReadAsync().AsTask()));
        _connection.Cancel();
        await streams;
    }

    private async Task WatchAsync()
    {
        await EndOfConnectionAsync();
        using (await _lock.LockAsync())
        {
            if (IsFixed)
            {
                _received.Writer.TryWrite("the connection closes");
            }

            _isActive = false;
        }
    }

    private async Task EndAllAsync()
    {
        await EndOfConnectionAsync();
        using (await _lock.LockAsync())
        {
            if (_isActive)
            {
                _received.Writer.TryWrite("the transport is broken");
            }
        }
    }

    private async Task EndOfConnectionAsync()
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, Sim.Clock, _connection.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
