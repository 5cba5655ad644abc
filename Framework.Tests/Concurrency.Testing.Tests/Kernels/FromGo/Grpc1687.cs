using Concurrency.Channels;
using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// grpc/grpc-go 1687 (etcd-io/etcd 8904); a closed channel. The status of a stream can be written twice at the same time, and each time the
/// channel of what is still to write is closed after it: the second write goes into a closed channel, or closes it again. Corrected: one at
/// a time, and once.
/// </summary>
internal sealed class Grpc1687(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly BoundedChannel<string> _writes = Channel<string>();
    private bool _isWritten;

    public override Task RunAsync() => Task.WhenAll(Go(ServeAsync), Go(WriteStatusAsync), Go(WriteStatusAsync));

    private async Task ServeAsync()
    {
        await foreach (var _ in _writes.Reader.ReadAllAsync())
        {
        }
    }

    private async Task WriteStatusAsync()
    {
        using (IsFixed ? await _lock.LockAsync() : null)
        {
            if (IsFixed && _isWritten)
            {
                return;
            }

            _isWritten = true;
            await _writes.Writer.WriteAsync("status");
            _writes.Writer.Complete();
        }
    }
}
