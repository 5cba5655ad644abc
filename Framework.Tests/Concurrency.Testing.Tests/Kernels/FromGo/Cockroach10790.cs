using Concurrency.Coordination;
using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 10781, 10790; a channel and a context. Commands on the same key wait for each other. A cancelled command leaves a
/// helper behind that ends it when those before it have ended; but a command that is dropped in a shutdown never ends, so the helper
/// hangs. Corrected: the helper goes when the server quiesces.
/// </summary>
internal sealed class Cockroach10790(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly CancellationTokenSource _context = new();
    private readonly CancellationTokenSource _quiesce = new();
    private AsyncManualResetEvent? _last;

    public override async Task RunAsync()
    {
        var commands = Task.WhenAll(Go(CommandAsync), Go(CommandAsync));
        await Executor.Yield();
        _context.Cancel();
        _quiesce.Cancel();
        await commands;
    }

    private async Task CommandAsync()
    {
        var before = _last;
        var mine = _last = new AsyncManualResetEvent();
        try
        {
            await (before?.WaitAsync(_context.Token) ?? Task.CompletedTask);
            await Executor.Yield();
            _context.Token.ThrowIfCancellationRequested();
            mine.Set();
        }
        catch (OperationCanceledException) when (before is { IsSet: false })
        {
            _ = Go(() => EndAfterAsync(before, mine));
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task EndAfterAsync(AsyncManualResetEvent before, AsyncManualResetEvent mine)
    {
        try
        {
            await before.WaitAsync(IsFixed ? _quiesce.Token : CancellationToken.None);
            mine.Set();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
