using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>Tasks that nobody awaits and whose failures are still seen.</summary>
public sealed class TaskForgetTests
{
    private readonly ListLogger _log = new();

    [Fact]
    public async Task EV2_Forget_OfATaskThatFails_LogsItsNameItsPlaceAndTheError()
    {
        FailAsync().Forget("refresh", _log);

        await _log.Written.Within("the report");

        Assert.Contains("The forgotten task 'refresh' failed.", Assert.Single(_log.Messages), StringComparison.Ordinal);
        Assert.Contains($"{nameof(EV2_Forget_OfATaskThatFails_LogsItsNameItsPlaceAndTheError)} in ", _log.Messages[0], StringComparison.Ordinal);
        Assert.Contains($"{nameof(TaskForgetTests)}.cs:line ", _log.Messages[0], StringComparison.Ordinal);
        Assert.Contains(nameof(FailAsync), Assert.IsType<InvalidTimeZoneException>(Assert.Single(_log.Errors)).StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV2_Forget_WithACallback_TellsItOnceWithTheExecutor()
    {
        await using var executor = new CooperativeExecutor("loop");
        var reported = new TaskCompletionSource<TaskFailure>(TaskCreationOptions.RunContinuationsAsynchronously);

        await executor.InvokeAsync(() => FailAsync().Forget(reported.SetResult)).Within("the start");
        var failure = await reported.Task.Within("the report");

        Assert.Equal(nameof(EV2_Forget_WithACallback_TellsItOnceWithTheExecutor), failure.Name);
        Assert.Equal("loop", failure.Executor);
        Assert.IsType<InvalidTimeZoneException>(failure.Error);
    }

    [Fact]
    public async Task EV2_Forget_OfATaskThatSucceedsOrIsCancelled_SaysNothing()
    {
        var reports = new List<TaskFailure>();
        Task.CompletedTask.Forget(reports.Add);
        var cancelled = Task.FromCanceled(new CancellationToken(canceled: true));
        cancelled.Forget("cancelled", _log);
        var last = new TaskCompletionSource<TaskFailure>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task.WhenAll(FailAsync(), FailAsync()).Forget(last.SetResult);

        var failure = await last.Task.Within("the last");

        Assert.Equal(2, Assert.IsType<AggregateException>(failure.Error).InnerExceptions.Count);
        Assert.Empty(reports);
        Assert.Empty(_log.Messages);
    }

    [Fact]
    public async Task EV2_Forget_OnAnExecutor_CountsAsSeenWhenTheExecutorEnds()
    {
        var unseen = new List<TaskFailure>();
        var executor = new DedicatedThreadExecutor(new DedicatedThreadExecutorOptions { Name = "loop", Logger = _log, OnUnseenFailure = unseen.Add });
        executor.RunAsync(static _ => FailAsync()).Forget("once", _log);

        await _log.Written.Within("the report");
        await executor.DisposeAsync().Within("the end");

        Assert.Empty(unseen);
        Assert.Single(_log.Messages);
    }

    [Fact]
    public void EV2_Forget_OfNothing_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => ((Task)null!).Forget());
        Assert.Throws<ArgumentNullException>(() => Task.CompletedTask.Forget((Action<TaskFailure>)null!));
    }

    private static async Task FailAsync()
    {
        await Task.Yield();
        throw new InvalidTimeZoneException();
    }
}
