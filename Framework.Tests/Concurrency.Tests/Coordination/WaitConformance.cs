using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>What all waits of the coordination types promise, whatever is waited for.</summary>
public abstract class WaitConformance
{
    [ThreadStatic]
    private static bool t_granting;

    /// <summary>Whether one grant lets all go on who wait.</summary>
    protected virtual bool GrantsAll => false;

    [Fact]
    public void Wait_NothingToGet_IsPending()
    {
        var waited = Create();

        Assert.False(waited.Wait().IsCompleted);
    }

    [Fact]
    public void Grant_ThreeWait_LetsThemGoOnInOrder()
    {
        var waited = Create();
        Task[] waits = [waited.Wait(), waited.Wait(), waited.Wait()];

        for (var granted = 1; granted <= 3; granted++)
        {
            if (granted == 1 || !GrantsAll)
            {
                waited.Grant();
            }

            Assert.Equal(GrantsAll ? 3 : granted, waits.Count(wait => wait.IsCompletedSuccessfully));
            Assert.True(waits[granted - 1].IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void Grant_FirstIsCancelled_GoesToTheSecond()
    {
        var waited = Create();
        using var source = new CancellationTokenSource();
        var first = waited.Wait(source.Token);
        var second = waited.Wait();

        source.Cancel();
        waited.Grant();

        Assert.True(first.IsCanceled);
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Cancel_Pending_CarriesTheToken()
    {
        var waited = Create();
        using var source = new CancellationTokenSource();
        var wait = waited.Wait(source.Token);

        source.Cancel();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(source.Token, error.CancellationToken);
    }

    [Fact]
    public void Cancel_AfterTheGrant_ChangesNothing()
    {
        var waited = Create();
        using var source = new CancellationTokenSource();
        var wait = waited.Wait(source.Token);

        waited.Grant();
        source.Cancel();

        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void Wait_TokenCancelledBefore_IsCancelledAtOnce()
    {
        var waited = Create();

        var wait = waited.Wait(new CancellationToken(canceled: true));
        var next = waited.Wait();
        waited.Grant();

        Assert.True(wait.IsCanceled);
        Assert.True(next.IsCompletedSuccessfully);
    }

    [Fact]
    public void Cancel_AThousandInAnyOrder_LeavesTheOthersInOrder()
    {
        var waited = Create();
        var random = new Random(11);
        var sources = Enumerable.Range(0, 1000).Select(_ => new CancellationTokenSource()).ToArray();
        var waits = sources.Select(source => waited.Wait(source.Token)).ToArray();
        var last = waited.Wait();
        foreach (var source in sources.OrderBy(_ => random.Next()).ToArray())
        {
            source.Cancel();
        }

        waited.Grant();

        Assert.All(waits, wait => Assert.True(wait.IsCanceled));
        Assert.True(last.IsCompletedSuccessfully);
        Assert.All(sources, source => source.Dispose());
    }

    [Fact]
    public async Task Grant_RunsNoContinuation()
    {
        var waited = Create();
        var wait = waited.Wait();
        var continued = RecordAsync();

        t_granting = true;
        waited.Grant();
        t_granting = false;

        Assert.False(await continued.Within("continuation"));

        async Task<bool> RecordAsync()
        {
            await wait.ConfigureAwait(false);
            return t_granting;
        }
    }

    [Fact]
    public void Wait_OnAnExecutor_ComesBackToIt() => Explore.Seeds(5, async executor =>
    {
        var waited = Create();
        var wait = waited.Wait();
        var granting = executor.RunAsync(_ =>
        {
            waited.Grant();
            return Task.CompletedTask;
        });

        await wait;
        Assert.Same(executor, Executor.Current);
        await granting;
    });

    [Fact]
    public async Task Wait_TwiceOverOneTask_GivesBothTheOutcome()
    {
        var waited = Create();
        var wait = waited.Wait();
        Task[] twice = [RepeatAsync(), RepeatAsync()];

        waited.Grant();

        await Task.WhenAll(twice).Within("both");

        async Task RepeatAsync() => await wait;
    }

    internal abstract WaitCase Create();

    /// <summary>Something that is waited for and that is not to be had yet.</summary>
    internal abstract class WaitCase
    {
        public abstract Task Wait(CancellationToken cancellationToken = default);

        public abstract void Grant();
    }

    /// <summary>A case whose waits end with a key that is disposed to grant the next.</summary>
    internal sealed class KeyCase<TKey>(IDisposable held, Func<CancellationToken, Task<TKey>> take) : WaitCase
        where TKey : IDisposable
    {
        private readonly List<Task<TKey>> _waits = [];
        private IDisposable _held = held;

        public override Task Wait(CancellationToken cancellationToken)
        {
            var wait = take(cancellationToken);
            _waits.Add(wait);
            return wait;
        }

        public override void Grant()
        {
            _held.Dispose();
            foreach (var wait in _waits.Where(wait => wait.IsCompletedSuccessfully).ToArray())
            {
                _waits.Remove(wait);
                _held = wait.Result;
            }
        }
    }

    internal sealed class CallCase(Func<CancellationToken, Task> wait, Action grant) : WaitCase
    {
        public override Task Wait(CancellationToken cancellationToken) => wait(cancellationToken);

        public override void Grant() => grant();
    }
}
