using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>A delegate that returns null instead of a task, and null where a task belongs: the same sentences everywhere, with a result and without.</summary>
public sealed class NullTaskTests
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    public static TheoryData<string> Members => [.. Calls.Keys];

    private static Dictionary<string, Func<Task>> Calls { get; } = new()
    {
        ["Watchdog.RunAsync"] = static () => Watchdog.RunAsync(new ListLogger(), "nothing", NoTask),
        ["Watchdog.RunAsync of T"] = static () => Watchdog.RunAsync(new ListLogger(), "nothing", NoTaskOfT),
        ["RetryForever.RunAsync"] = static () => RetryForever.RunAsync(_ => NoTask()),
        ["RetryForever.RunAsync of T"] = static () => RetryForever.RunAsync(_ => NoTaskOfT()),
        ["WaitFor.RunAsync"] = static () => WaitFor.RunAsync(_ => NoTask(), s_day),
        ["WaitFor.RunAsync of T"] = static () => WaitFor.RunAsync(_ => NoTaskOfT(), s_day),
        ["TimeoutScope.RunAsync"] = static () => TimeoutScope.RunAsync(s_day, _ => NoTask()),
        ["TimeoutScope.RunAsync of T"] = static () => TimeoutScope.RunAsync(s_day, _ => NoTaskOfT()),
        ["TaskScope.RunAsync"] = static () => TaskScope.RunAsync(_ => NoTask()),
        ["TaskScope.RunAsync of T"] = static () => TaskScope.RunAsync(_ => NoTaskOfT()),
        ["Race"] = static () => Race.RunAsync([_ => NoTaskOfT()]),
        ["Gather"] = static () => Gather.AllAsync([_ => NoTaskOfT()]),
        ["'work'"] = static async () => await SpawnAfter.Start(TimeSpan.Zero, "work", _ => NoTask()),
        ["'work' of T"] = static async () => await SpawnAfter.Start(TimeSpan.Zero, "work", _ => NoTaskOfT()),
        ["CooperativeExecutor.Run"] = static () => OnAThread(static () => CooperativeExecutor.Run(_ => NoTask())),
        ["CooperativeExecutor.Run of T"] = static () => OnAThread(static () => CooperativeExecutor.Run(_ => NoTaskOfT())),
        ["Runner.Run"] = static () => OnAThread(static () =>
        {
            using var runner = new Runner(handleInterrupt: false);
            runner.Run(_ => NoTask());
        }),
        ["Runner.Run of T"] = static () => OnAThread(static () =>
        {
            using var runner = new Runner(handleInterrupt: false);
            _ = runner.Run(_ => NoTaskOfT());
        }),
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Delegate_ReturnsNull_IsRefusedWithTheNameOfWhatItWasGivenTo(string member)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => Calls[member]().Within(member));

        var cause = Assert.IsType<InvalidOperationException>(error is AggregateException { InnerExceptions: [var only] } ? only : error);
        var what = member.Replace(" of T", "", StringComparison.Ordinal);
        Assert.Equal($"The delegate given to {what} returned null instead of a task. Make it async or return Task.CompletedTask.", cause.Message);
    }

    [Fact]
    public async Task NullAmongTasksOrWork_IsRefused()
    {
        Task[] tasks = [Task.CompletedTask, null!];
        Func<CancellationToken, Task<int>>[] work = [_ => Task.FromResult(1), null!];
        Func<Task>[] calls =
        [
            () => Wait.AllAsync(tasks, s_day),
            () => Wait.AnyAsync(tasks, s_day),
            () => Wait.FirstFailureAsync(tasks, s_day),
            async () =>
            {
                await foreach (var ended in Wait.AsCompletedAsync(tasks, s_day))
                {
                    Assert.Fail($"{ended} came before the refusal.");
                }
            },
            () => Race.RunAsync(work),
            () => Gather.AllAsync(work),
            () => Gather.OutcomesAsync(work),
        ];

        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(() => call().Within("refusal"));
            Assert.StartsWith("Of the 2 that were given, number 2 is null. Leave it out", error.Message, StringComparison.Ordinal);
        }
    }

    private static Task NoTask() => null!;

    private static Task<int> NoTaskOfT() => null!;

    private static Task OnAThread(Action run) => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
