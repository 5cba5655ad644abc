using Concurrency.Coordination;
using Concurrency.Tests.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>A lock file may be removed at any moment without letting two holders in.</summary>
[Collection(RunsAlone.Name)]
public sealed class LockFileRemovalRaceTests : IClassFixture<MachineLock>, IDisposable
{
    private const int Workers = 4;
    private const int Rounds = 2_000;

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"concurrency-{Guid.NewGuid():n}.lock");

    public void Dispose() => File.Delete(_path);

    [FlockFact]
    public async Task OC2_LockFile_RemovedWhileOthersTakeIt_LetsOneIn()
    {
        var inside = 0;
        var removed = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => OnThreadAsync(() =>
        {
            // An object of its own for each, as if it were another process.
            var mutex = new InterProcessLock(_path);
            for (var round = 0; round < Rounds; round++)
            {
                if (worker == 0)
                {
                    removed += mutex.TryRemoveFile() ? 1 : 0;
                }
                else if (mutex.TryLock(out var key))
                {
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    Interlocked.Decrement(ref inside);
                    key.Dispose();
                }
            }
        }))).Within("workers");

        Assert.True(removed > 0);
    }

    private static async Task OnThreadAsync(Action work)
    {
        await Task.Yield();
        work();
    }
}
