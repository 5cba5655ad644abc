using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.Classic;

/// <summary>
/// Stations pass a token round; each takes over what its predecessor has, and the result is right only if they go in the order of the ring,
/// which nothing makes them do. Corrected: each waits for its predecessor.
/// </summary>
internal sealed class TokenRing(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncManualResetEvent[] _passed = [new(), new(), new(), new()];
    private readonly int[] _token = [0, 0, 0, 0];

    public override async Task RunAsync()
    {
        await Task.WhenAll(Enumerable.Range(0, _token.Length).Select(station => Go(() => PassAsync(station))));
        Assert.Equal([1, 2, 3, 4], _token);
    }

    private async Task PassAsync(int station)
    {
        if (IsFixed && station > 0)
        {
            await _passed[station - 1].WaitAsync();
        }

        using (await _lock.LockAsync())
        {
            _token[station] = (station == 0 ? 0 : _token[station - 1]) + 1;
        }

        _passed[station].Set();
    }
}
