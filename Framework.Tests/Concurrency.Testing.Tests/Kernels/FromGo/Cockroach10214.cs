using Concurrency.Coordination;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 10206, 10214; two locks in two orders. Sending the coalesced heartbeats of a store holds their lock and tells a
/// replica that its peer cannot be reached, which needs the replica's lock; a replica that ticks holds its lock and adds a heartbeat.
/// Corrected: the heartbeats are taken out under their lock, and sent without it.
/// </summary>
internal sealed class Cockroach10214(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly AsyncLock _heartbeats = new();
    private readonly List<AsyncLock> _queued = [];
    private readonly AsyncLock[] _replicas = [new(), new()];

    public override Task RunAsync() => Task.WhenAll(_replicas.Select(replica => Go(() => TickAsync(replica))).Append(Go(SendAsync)));

    private async Task TickAsync(AsyncLock replica)
    {
        for (var tick = 0; tick < 2; tick++)
        {
            using (await replica.LockAsync())
            using (await _heartbeats.LockAsync())
            {
                _queued.Add(replica);
            }
        }
    }

    private async Task SendAsync()
    {
        for (var round = 0; round < 2; round++)
        {
            AsyncLock[] unreachable;
            using (await _heartbeats.LockAsync())
            {
                unreachable = [.. _queued];
                _queued.Clear();
                if (!IsFixed)
                {
                    await ReportAsync(unreachable);
                }
            }

            if (IsFixed)
            {
                await ReportAsync(unreachable);
            }
        }
    }

    private static async Task ReportAsync(AsyncLock[] unreachable)
    {
        foreach (var replica in unreachable)
        {
            using (await replica.LockAsync())
            {
            }
        }
    }
}
