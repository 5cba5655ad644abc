using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 16141, 16167; a reader that reads again. A statement holds the read lock of the system configuration until a change
/// has arrived, and to look reads it again inside; if an update waits to write in between, both wait for ever. Corrected: what is looked at
/// inside needs no lock.
/// </summary>
internal sealed class Cockroach16167(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncReaderWriterLock _configuration = new();
    private string _databases = "old";

    public override Task RunAsync() => Task.WhenAll(Go(ExecuteAsync), Go(UpdateAsync));

    private async Task ExecuteAsync()
    {
        using (await _configuration.ReaderLockAsync())
        {
            await LookAsync();
        }
    }

    private async Task LookAsync()
    {
        using (IsFixed ? null : await _configuration.ReaderLockAsync())
        {
            Assert.NotEmpty(_databases);
        }
    }

    private async Task UpdateAsync()
    {
        using (await _configuration.WriterLockAsync())
        {
            _databases = "new";
        }
    }
}
