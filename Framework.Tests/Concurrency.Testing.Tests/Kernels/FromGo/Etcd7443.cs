using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// etcd-io/etcd 7283, 7443; a channel and a lock. A balancer tells a watcher which addresses are wanted, and does so under its own lock and
/// under that of the connection that came up or went down; the watcher, before it takes the next ones, tears down connections, for which
/// it needs their locks. With one list waiting in the channel and a connection that comes up while it is torn down, nobody goes on.
/// Corrected: a notifier of its own tells the watcher, holding nothing.
/// </summary>
internal sealed class Etcd7443(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private static readonly string[] s_all = ["a", "b"];
    private readonly AsyncLock _balancer = new();
    private readonly AsyncAutoResetEvent _changed = new();
    private readonly BoundedChannel<string[]> _wanted = Channel<string[]>(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Task> _started = [];
    private readonly Dictionary<string, Connection> _connections = [];
    private string? _pinned;
    private bool _isClosed;
    private int _losses = 1;

    public override async Task RunAsync()
    {
        await _wanted.Writer.WriteAsync(s_all);
        var notifier = IsFixed ? Go(NotifyAsync) : Task.CompletedTask;
        var watcher = Go(WatchAsync);
        await PauseAsync(TimeSpan.FromMilliseconds(1));
        using (await _balancer.LockAsync())
        {
            _isClosed = true;
            _closing.Cancel();
        }

        await notifier;
        _wanted.Writer.Complete();
        await watcher;
        await Task.WhenAll(_started);
    }

    private async Task WatchAsync()
    {
        await foreach (var wanted in _wanted.Reader.ReadAllAsync())
        {
            foreach (var address in _connections.Keys.Except(wanted).ToArray())
            {
                _connections.Remove(address, out var gone);
                using (await gone!.Lock.LockAsync())
                {
                    gone.IsTornDown = true;
                    await DownAsync(gone);
                }
            }

            foreach (var address in wanted.Except(_connections.Keys).ToArray())
            {
                var added = _connections[address] = new Connection(address);
                _started.Add(Go(() => ConnectAsync(added)));
            }
        }
    }

    private async Task ConnectAsync(Connection connection)
    {
        using (await connection.Lock.LockAsync())
        {
            if (connection.IsTornDown)
            {
                return;
            }

            await UpAsync(connection);
        }

        if (_losses-- > 0)
        {
            using (await connection.Lock.LockAsync())
            {
                await DownAsync(connection);
            }
        }
    }

    private async Task UpAsync(Connection connection)
    {
        using (await _balancer.LockAsync())
        {
            connection.IsUp = true;
            if (!_isClosed && _pinned is null)
            {
                _pinned = connection.Address;
                await TellAsync([connection.Address]);
            }
        }
    }

    private async Task DownAsync(Connection connection)
    {
        if (!connection.IsUp)
        {
            return;
        }

        connection.IsUp = false;
        using (await _balancer.LockAsync())
        {
            if (!_isClosed && _pinned == connection.Address)
            {
                _pinned = null;
                await TellAsync(s_all);
            }
        }
    }

    private ValueTask TellAsync(string[] addresses)
    {
        if (!IsFixed)
        {
            return _wanted.Writer.WriteAsync(addresses);
        }

        _changed.Set();
        return ValueTask.CompletedTask;
    }

    private async Task NotifyAsync()
    {
        try
        {
            while (true)
            {
                await _changed.WaitAsync(_closing.Token);
                string[] wanted;
                using (await _balancer.LockAsync())
                {
                    wanted = _pinned is { } one ? [one] : s_all;
                }

                await _wanted.Writer.WriteAsync(wanted, _closing.Token);
                await Executor.Yield();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private sealed class Connection(string address)
    {
        public string Address { get; } = address;

        public AsyncLock Lock { get; } = new();

        public bool IsUp { get; set; }

        public bool IsTornDown { get; set; }
    }
}
