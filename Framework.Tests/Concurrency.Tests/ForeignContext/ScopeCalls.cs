using Concurrency.Scopes;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class ScopeCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["Gather.AllAsync<T>(IEnumerable, ILogger, CancellationToken)"] = call => HeldAsync(call, gate => Gather.AllAsync<int>([_ => gate, _ => gate])),
        ["Gather.OutcomesAsync<T>(IEnumerable, CancellationToken)"] = call => HeldAsync(call, gate => Gather.OutcomesAsync<int>([_ => gate, _ => gate])),
        ["Race.RunAsync<T>(IEnumerable, TaskScopeOptions, CancellationToken)"] = call => HeldAsync(call, gate => Race.RunAsync<int>([_ => gate, Endless])),
        ["Race.QuorumAsync<T>(Int32, IEnumerable, TaskScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => Race.QuorumAsync<int>(2, [_ => gate, _ => gate, Endless])),
        ["Shield.WaitAsync(Task, ILogger, CancellationToken)"] = call => HeldAsync(call, gate => Shield.WaitAsync((Task)gate)),
        ["Shield.WaitAsync<T>(Task, ILogger, CancellationToken)"] = call => HeldAsync(call, gate => Shield.WaitAsync<int>(gate)),
        ["TaskScope.RunAsync(Func, TaskScopeOptions, CancellationToken)"] = async call =>
        {
            await HeldAsync(call, gate => TaskScope.RunAsync(_ => (Task)gate));
            await OnEachAsync(e => HeldAsync(call, gate => TaskScope.RunAsync(_ => (Task)gate, new TaskScopeOptions { Executor = e })));
        },
        ["TaskScope.RunAsync<T>(Func, TaskScopeOptions, CancellationToken)"] = call => HeldAsync(call, gate => TaskScope.RunAsync<int>(_ => gate)),
        ["TaskScope.Start(String, Func, Executor)"] = async call =>
        {
            await TaskScope.RunAsync(scope => HeldAsync(call, gate => scope.Start("child", _ => (Task)gate)));
            await OnEachAsync(e => TaskScope.RunAsync(scope => HeldAsync(call, gate => scope.Start("child", _ => (Task)gate, e))));
        },
        ["TaskScope.Start<T>(String, Func, Executor)"] = async call =>
        {
            await TaskScope.RunAsync(scope => HeldAsync(call, gate => scope.Start<int>("child", _ => gate)));
            await OnEachAsync(e => TaskScope.RunAsync(scope => HeldAsync(call, gate => scope.Start<int>("child", _ => gate, e))));
        },
        ["TimeoutScope.RunAsync(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunAsync(Long, _ => (Task)gate)),
        ["TimeoutScope.RunAsync<T>(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunAsync<int>(Long, _ => gate)),
        ["TimeoutScope.RunOrDefaultAsync<T>(TimeSpan, Func, T, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunOrDefaultAsync(Long, _ => gate, 2)),
        ["TimeoutScope.TryRunAsync(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.TryRunAsync(Long, _ => gate)),
        ["Wait.AllAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => Wait.AllAsync([gate], Long)),
        ["Wait.AnyAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => Wait.AnyAsync([gate], Long)),
        ["Wait.FirstFailureAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] =
            call => HeldAsync(call, gate => Wait.FirstFailureAsync([gate], Long)),
        ["Wait.AsCompletedAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = EnumerateAsync,
        ["WaitFor.RunAsync(Func, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => WaitFor.RunAsync(_ => (Task)gate, Long)),
        ["WaitFor.RunAsync<T>(Func, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => WaitFor.RunAsync<int>(_ => gate, Long)),
    };
}
