using Concurrency.Coordination;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Coordination;

/// <summary>The small ways to wait for tasks, tokens and handlers.</summary>
public sealed class TaskWaysTests
{
    [Fact]
    public async Task OrderByCompletion_FollowsTheEnds_WhateverTheyAre()
    {
        var sources = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<int>()).ToArray();
        var ordered = sources.Select(source => source.Task).OrderByCompletion();

        sources[2].SetResult(2);
        Assert.Equal(2, await ordered[0]);
        sources[0].SetException(new FormatException());
        await Assert.ThrowsAsync<FormatException>(() => ordered[1]);
        Assert.False(ordered[2].IsCompleted);
        sources[1].SetCanceled();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ordered[2]);
    }

    [Fact]
    public void WaitAndUnwrapException_ThrowsTheFailureItself()
    {
        var failed = Task.FromException<int>(new FormatException());

        Assert.Throws<FormatException>(() => failed.WaitAndUnwrapException());
        Assert.Throws<FormatException>(() => ((Task)failed).WaitAndUnwrapException(CancellationToken.None));
        failed.WaitWithoutException();
        Assert.Equal(3, Task.FromResult(3).WaitAndUnwrapException());
        var never = new TaskCompletionSource<int>().Task;
        Assert.ThrowsAny<OperationCanceledException>(() => never.WaitWithoutException(new CancellationToken(canceled: true)));
        Assert.ThrowsAny<OperationCanceledException>(() => never.WaitAndUnwrapException(new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task WhenAny_IsCancelledByItsToken()
    {
        using var source = new CancellationTokenSource();
        var never = new TaskCompletionSource<int>().Task;
        var any = new[] { never }.WhenAny(source.Token);

        source.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => any).Within("token");
    }

    [Fact]
    public void TokenTask_IsCancelledWithTheToken_UntilItIsDisposed()
    {
        using var source = new CancellationTokenSource();
        using var watched = new CancellationTokenTaskSource<int>(source.Token);
        var unwatched = new CancellationTokenTaskSource<int>(source.Token);
        unwatched.Dispose();

        source.Cancel();

        Assert.True(watched.Task.IsCanceled);
        Assert.False(unwatched.Task.IsCompleted);
    }

    [Fact]
    public void TryCompleteFromCompletedTask_OfAPendingTask_IsRefused()
    {
        var source = new TaskCompletionSource<int>();

        Assert.Throws<ArgumentException>(() => source.TryCompleteFromCompletedTask(new TaskCompletionSource<int>().Task));
        Assert.False(source.Task.IsCompleted);
        Assert.True(source.TryCompleteFromCompletedTask(Task.FromResult(1)));
        Assert.False(source.TryCompleteFromCompletedTask(Task.FromResult(2)));
    }

    [Fact]
    public void Deferrals_HoldUpTheEvent()
    {
        var manager = new DeferralManager();
        Assert.True(manager.WaitForDeferralsAsync().IsCompletedSuccessfully);
        var first = manager.DeferralSource.GetDeferral();
        var second = manager.DeferralSource.GetDeferral();
        var wait = manager.WaitForDeferralsAsync();

        first.Dispose();
        first.Dispose();
        Assert.False(wait.IsCompleted);
        second.Dispose();

        Assert.True(wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void PauseToken_OfNoSource_NeverPauses()
    {
        var token = default(PauseToken);

        Assert.Equal((false, false), (token.CanBePaused, token.IsPaused));
        Assert.True(token.WaitWhilePausedAsync().IsCompletedSuccessfully);
        token.WaitWhilePaused();
        var source = new PauseTokenSource { IsPaused = true };
        Assert.Equal((true, true), (source.Token.CanBePaused, source.Token.IsPaused));
    }

    [Fact]
    public async Task SemaphoreSlim_HeldByAKey_IsReleasedOnce()
    {
        using var semaphore = new SemaphoreSlim(1);
        var key = await semaphore.LockAsync();
        Assert.Equal(0, semaphore.CurrentCount);

        key.Dispose();
        key.Dispose();

        Assert.Equal(1, semaphore.CurrentCount);
        semaphore.Lock().Dispose();
    }
}
