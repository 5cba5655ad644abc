using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>A scope that is cancelled before its body starts.</summary>
public sealed class ScopeBeforeStartTests
{
    [Fact]
    public async Task AS20_Cancel_BeforeTheStart_ScopeOfACancelledParentDoesNotRun_AndSaysWhy()
    {
        var hasRun = false;
        TaskScopeCanceledException? refused = null;

        await TaskScope.RunAsync(
            async group =>
            {
                group.Cancel("the user closed the window.");
                refused = await Assert.ThrowsAsync<TaskScopeCanceledException>(() => TaskScope.RunAsync(
                    _ =>
                    {
                        hasRun = true;
                        return Task.CompletedTask;
                    },
                    new TaskScopeOptions { Name = "inner", Parent = group }));
            },
            new TaskScopeOptions { Name = "group" }).Within("the scopes end");

        Assert.False(hasRun);
        Assert.Contains("the user closed the window.", refused!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AS20_Cancel_FirstThingInTheBody_StartsNothing_AndEndsWithoutError()
    {
        // What cancel() before the block is in Python: nothing in it begins.
        await TaskScope.RunAsync(scope =>
        {
            scope.Cancel("nothing is left to do.");
            Assert.Throws<TaskScopeCanceledException>(() => { _ = scope.Start("late", _ => Task.CompletedTask); });
            return Task.CompletedTask;
        }).Within("the scope ends");
    }

    [Fact]
    public async Task AS20_Cancel_BeforeTheStart_BodyThatNeedsNoTime_EndsWithoutError()
    {
        var result = await TaskScope.RunAsync(_ => Task.FromResult(7), cancellationToken: new CancellationToken(canceled: true)).Within("the scope ends");

        Assert.Equal(7, result);
    }
}
