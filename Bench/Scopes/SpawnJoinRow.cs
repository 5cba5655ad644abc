using Concurrency.Bench.Ratios;
using Concurrency.Execution;
using Concurrency.Scopes;

namespace Concurrency.Bench.Scopes;

/// <summary>Ten thousand short pieces of asynchronous work are started and joined; the plain way is Task.WhenAll over Task.Run.</summary>
internal abstract class SpawnJoinRow : ThroughputRow
{
    private const int Children = 10_000;

    private static readonly Func<CancellationToken, Task> s_work = static _ => WorkAsync();
    private static readonly Func<Task> s_plainWork = WorkAsync;

    private Executor? _executor;

    protected override long Grain => Children;

    public override Task StartAsync()
    {
        _executor = MakeExecutor();
        return Task.CompletedTask;
    }

    protected abstract Executor? MakeExecutor();

    protected override async ValueTask StopAsync()
    {
        if (_executor is not null)
        {
            await _executor.DisposeAsync();
        }
    }

    protected override async Task RunAsync(Side side, long operations)
    {
        for (var left = operations; left > 0; left -= Children)
        {
            if (side == Side.Baseline)
            {
                await BaselineAsync();
            }
            else if (_executor is null)
            {
                await OursAsync();
            }
            else
            {
                await _executor.RunAsync(_ => OursAsync());
            }
        }
    }

    private static Task OursAsync() => TaskScope.RunAsync(static scope =>
    {
        for (var i = 0; i < Children; i++)
        {
            _ = scope.Start("child", s_work);
        }

        return Task.CompletedTask;
    });

    private static Task BaselineAsync()
    {
        var tasks = new Task[Children];
        for (var i = 0; i < Children; i++)
        {
            tasks[i] = Task.Run(s_plainWork);
        }

        return Task.WhenAll(tasks);
    }

    private static Task WorkAsync() => Task.CompletedTask;
}
