using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 7891, 7902; a channel and a lock. In a test of elections every client releases its round under one lock: the leader says
/// that the next round is ready, the others wait for that. A follower that gets the lock first keeps the leader out. Corrected: the wait is
/// outside of the lock.
/// </summary>
internal sealed class Etcd7902(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _lock = new();
    private readonly AsyncManualResetEvent[] _rounds = [new(), new()];

    public override Task RunAsync() => Task.WhenAll(Enumerable.Range(0, 3).Select(client => Go(() => RunRoundsAsync(client))));

    private async Task RunRoundsAsync(int client)
    {
        for (var round = 0; round < _rounds.Length; round++)
        {
            var isLeader = client == round;
            if (isLeader || !IsFixed)
            {
                using (await _lock.LockAsync())
                {
                    await ReleaseAsync(round, isLeader);
                }
            }
            else
            {
                await ReleaseAsync(round, isLeader);
            }
        }
    }

    private async Task ReleaseAsync(int round, bool isLeader)
    {
        if (isLeader)
        {
            _rounds[round].Set();
        }

        await _rounds[round].WaitAsync();
    }
}
