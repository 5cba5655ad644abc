using System.IO.Pipes;
using System.Reflection;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Scopes;
using Concurrency.Sources;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Execution;

/// <summary>Every public async member completes for a caller whose context never runs anything, as a blocked user interface thread does.</summary>
public sealed class ForeignContextTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);
    private static readonly string[] s_kinds = ["cooperative", "thread", "pool:1", "pool:4", "inline"];

    private static readonly Dictionary<string, Func<Call, Task>> s_members = new()
    {
        ["BoundedChannel's ReadAsync"] = call => ReadAsync(call, c => c.Reader.ReadAsync().AsTask()),
        ["BoundedChannel's WaitToReadAsync"] = call => ReadAsync(call, c => c.Reader.WaitToReadAsync().AsTask()),
        ["BoundedChannel's ReadAllAsync"] = call => ReadAsync(call, c => c.Reader.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask()),
        ["BoundedChannel's WriteAsync"] = call => WriteAsync(call, c => c.Writer.WriteAsync(2).AsTask()),
        ["BoundedChannel's WaitToWriteAsync"] = call => WriteAsync(call, c => c.Writer.WaitToWriteAsync().AsTask()),
        ["ChannelReaderBatchExtensions.ReadBatchAsync<T>(ChannelReader, Memory, TimeSpan, CancellationToken)"] =
            call => ReadAsync(call, c => c.Reader.ReadBatchAsync(new int[2], TimeSpan.Zero).AsTask()),
        ["ChannelReaderBatchExtensions.ReadBatchAsync<T>(ChannelReader, Memory, TimeSpan, TimeProvider, CancellationToken)"] =
            call => ReadAsync(call, c => c.Reader.ReadBatchAsync(new int[1], s_long, TimeProvider.System).AsTask()),
        ["Select.ReadAsync<T>(IReadOnlyList, CancellationToken)"] =
            call => ReadAsync(call, c => Select.ReadAsync<int>(new List<System.Threading.Channels.ChannelReader<int>> { c.Reader }).AsTask()),
        ["Select.ReadAsync<T>(ChannelReader[])"] = call => ReadAsync(call, c => Select.ReadAsync(c.Reader).AsTask()),
        ["Select.TakeAsync(CancellationToken)"] = call => ReadAsync(call, c => new Select<int>().On(c.Reader, i => i).TakeAsync().AsTask()),

        ["DescriptorReadiness.WaitReadableAsync"] = call => OnEachAsync(executor => WatchAsync(call, executor), ["cooperative", "thread", "pool:4"]),
        ["Executor.RunAsync(Func, CancellationToken)"] = call => OnEachAsync(e => HeldAsync(call, gate => e.RunAsync(async _ => await gate))),
        ["Executor.RunAsync<T>(Func, CancellationToken)"] = call => OnEachAsync(e => HeldAsync(call, gate => e.RunAsync<int>(async _ => await gate))),
        ["Executor.InvokeAsync(Action, CancellationToken)"] = call => OnEachAsync(e => call(() => e.InvokeAsync(() => { }))),
        ["Executor.InvokeAsync<T>(Func, CancellationToken)"] = call => OnEachAsync(e => call(() => e.InvokeAsync(() => 1))),
        ["SingleThreadExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["cooperative", "thread"]),
        ["PoolExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["pool:1", "pool:4"]),
        ["InlineExecutor.DrainAsync(TimeSpan)"] = call => OnEachAsync(e => DrainAsync(call, e), ["inline"]),
        ["SingleThreadExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["cooperative", "thread"]),
        ["PoolExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["pool:1", "pool:4"]),
        ["InlineExecutor.DisposeAsync()"] = call => OnEachAsync(e => DisposeAsync(call, e), ["inline"]),
        ["ExecutorRegistry.DisposeAsync()"] = DisposeRegistryAsync,

        ["Component.StartAsync(CancellationToken)"] = call => OnEachAsync(async executor =>
        {
            await using var component = ComponentOver(BoundedChannel.Create<int>(4), executor, (_, _) => default);
            await call(() => component.StartAsync());
        }),
        ["Component.StopAsync(CancellationToken)"] = call => OnEachAsync(e => EndComponentAsync(call, e, c => c.StopAsync().AsTask())),
        ["Component.DisposeAsync()"] = call => OnEachAsync(e => EndComponentAsync(call, e, c => c.DisposeAsync().AsTask())),
        ["Component over an IAsyncEnumerable"] = call => OnEachAsync(async executor =>
        {
            await call(() => BoundedChannel.Create<int>(4).Reader.ReadAllAsync().RunOn(executor, (_, _) => default).DisposeAsync().AsTask());
        }),

        ["ReaderSource.StartAsync(Executor, CancellationToken)"] = call => StartAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
        ["ReaderSource.StopAsync(CancellationToken)"] = call => StopAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
        ["ReaderSource.DisposeAsync()"] = call => DisposeAsync(call, () => new ReaderSource<int>(BoundedChannel.Create<int>(4).Reader)),
        ["TimerSource.StartAsync(Executor, CancellationToken)"] = call => StartAsync(call, () => new TimerSource(s_long)),
        ["TimerSource.StopAsync(CancellationToken)"] = call => StopAsync(call, () => new TimerSource(s_long)),
        ["TimerSource.DisposeAsync()"] = call => DisposeAsync(call, () => new TimerSource(s_long)),

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
        ["SpawnedWork.StopAsync(String)"] = call => PoolAsync(async (pool, gate) =>
        {
            var entered = NewGate();
            var work = await pool.SpawnAsync("work", _ =>
            {
                entered.SetResult(1);
                return gate.Task;
            });
            await entered.Task;
            await HeldAsync(call, _ => work.StopAsync("no more."), gate);
        }),
        ["WorkPool.SpawnAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.SpawnAsync("work", _ => Task.CompletedTask).AsTask())),
        ["WorkPool.SpawnAsync<T>(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.SpawnAsync("work", _ => Task.FromResult(1)).AsTask())),
        ["WorkPool.LaunchAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => pool.LaunchAsync("work", _ => Task.CompletedTask).AsTask())),
        ["WorkPool.WaitAllAsync(CancellationToken)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.WaitAllAsync())),
        ["WorkPool.DrainAsync(TimeSpan)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.DrainAsync(s_long))),
        ["WorkPool.StopAsync(String)"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.StopAsync("no more."))),
        ["WorkPool.DisposeAsync()"] = call => PoolAsync((pool, gate) => SlotAsync(call, pool, gate, () => pool.DisposeAsync().AsTask())),
        ["WorkPile.SpawnAsync(String, Func, CancellationToken)"] = call => PoolAsync((pool, gate) =>
            SlotAsync(call, pool, gate, () => new WorkPile<int>(pool).SpawnAsync("work", _ => Task.FromResult(1)).AsTask())),
        ["WorkPile's GetAsyncEnumerator"] = call => PileAsync(call, pile => pile),
        ["WorkPile.ReadOutcomes()"] = call => PileAsync(call, pile => pile.ReadOutcomes()),
        ["MapExtensions.MapAsync<TItem, TResult>(IEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => new[] { gate, gate }.MapAsync((item, _) => item)),
        ["MapExtensions.MapAsync<TItem, TResult>(IAsyncEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => ItemsAsync(gate).MapAsync((item, _) => Task.FromResult(item))),
        ["MapExtensions.MapOutcomesAsync<TItem, TResult>(IEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => new[] { gate, gate }.MapOutcomesAsync((item, _) => item)),
        ["MapExtensions.MapOutcomesAsync<TItem, TResult>(IAsyncEnumerable, Func, MapOptions)"] =
            call => MapAsync(call, gate => ItemsAsync(gate).MapOutcomesAsync((item, _) => Task.FromResult(item))),
        ["TimeoutScope.RunAsync(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunAsync(s_long, _ => (Task)gate)),
        ["TimeoutScope.RunAsync<T>(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunAsync<int>(s_long, _ => gate)),
        ["TimeoutScope.RunOrDefaultAsync<T>(TimeSpan, Func, T, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.RunOrDefaultAsync(s_long, _ => gate, 2)),
        ["TimeoutScope.TryRunAsync(TimeSpan, Func, TimeoutScopeOptions, CancellationToken)"] =
            call => HeldAsync(call, gate => TimeoutScope.TryRunAsync(s_long, _ => gate)),
        ["Wait.AllAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => Wait.AllAsync([gate], s_long)),
        ["Wait.AnyAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => Wait.AnyAsync([gate], s_long)),
        ["Wait.FirstFailureAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] =
            call => HeldAsync(call, gate => Wait.FirstFailureAsync([gate], s_long)),
        ["Wait.AsCompletedAsync<TTask>(IEnumerable, TimeSpan, TimeProvider, CancellationToken)"] = EnumerateAsync,
        ["WaitFor.RunAsync(Func, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => WaitFor.RunAsync(_ => (Task)gate, s_long)),
        ["WaitFor.RunAsync<T>(Func, TimeSpan, TimeProvider, CancellationToken)"] = call => HeldAsync(call, gate => WaitFor.RunAsync<int>(_ => gate, s_long)),
    };

    /// <summary>Calls a member while the context is the caller's.</summary>
    private delegate Task Call(Func<Task> member);

    public static TheoryData<string> Members => [.. s_members.Keys];

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Member_CallerWhoseContextNeverRuns_Completes(string member)
    {
        var context = new BlockedContext();

        await s_members[member](context.Call).Within($"{member}; first post: {context.FirstPost ?? "none"}");

        Assert.True(context.FirstPost is null, $"{member} needed the context of its caller: {context.FirstPost}");
    }

    [Fact]
    public void Members_OfTheAssembly_AreAllCalledAbove()
    {
        // Coordination is left out: it hands out plain tasks that it completes itself; its own tests say where an await of them resumes.
        var members = from type in typeof(Executor).Assembly.GetExportedTypes()
                      from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                      where type.Namespace != "Concurrency.Coordination"
                      where !method.IsAbstract && !method.IsSpecialName && IsAsync(method.ReturnType)
                      select NameOf(method);
        string[] all = [.. members.Distinct().Order(StringComparer.Ordinal)];

        Assert.Empty(all.Except(s_members.Keys));
        // The rest are members of types that are not public, reached through a base of theirs.
        Assert.All(s_members.Keys.Except(all), name => Assert.DoesNotContain('(', name));
    }

    [Fact]
    public async Task Context_AwaitThatCapturesIt_IsSeen()
    {
        var context = new BlockedContext();
        var gate = NewGate();

        var pending = context.Call(async () => await gate.Task);
        gate.SetResult(1);
        await context.Posted.Within("the post");

        Assert.False(pending.IsCompleted);
        Assert.NotNull(context.FirstPost);
    }

    private static bool IsAsync(Type type)
    {
        var plain = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return plain == typeof(Task) || plain == typeof(Task<>) || plain == typeof(ValueTask) || plain == typeof(ValueTask<>)
            || plain == typeof(IAsyncEnumerable<>);
    }

    private static string NameOf(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{Plain(method.DeclaringType!)}.{method.Name}{generic}({string.Join(", ", method.GetParameters().Select(p => Plain(p.ParameterType)))})";
    }

    private static string Plain(Type type) => type.IsArray ? $"{Plain(type.GetElementType()!)}[]" : type.Name.Split('`')[0];

    private static TaskCompletionSource<int> NewGate() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<int> Endless(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        return 0;
    }

    /// <summary>The member has to wait for a task that ends after the call returned.</summary>
    private static Task HeldAsync(Call call, Func<Task<int>, Task> member) => HeldAsync(call, member, NewGate());

    private static async Task HeldAsync(Call call, Func<Task<int>, Task> member, TaskCompletionSource<int> gate)
    {
        var pending = call(() => member(gate.Task));
        Assert.False(pending.IsCompleted);
        gate.SetResult(1);
        await pending;
    }

    private static async Task ReadAsync(Call call, Func<BoundedChannel<int>, Task> member)
    {
        using var channel = BoundedChannel.Create<int>(1);
        var pending = call(() => member(channel));
        Assert.False(pending.IsCompleted);
        Assert.True(channel.Writer.TryWrite(1));
        await pending;
    }

    private static async Task WriteAsync(Call call, Func<BoundedChannel<int>, Task> member)
    {
        using var channel = BoundedChannel.Create<int>(1);
        Assert.True(channel.Writer.TryWrite(1));
        var pending = call(() => member(channel));
        Assert.False(pending.IsCompleted);
        Assert.True(channel.Reader.TryRead(out _));
        await pending;
    }

    private static async Task PoolAsync(Func<WorkPool, TaskCompletionSource<int>, Task> row)
    {
        await using var pool = new WorkPool(1);
        await row(pool, NewGate());
    }

    /// <summary>The member has to wait for the work in the only slot of the pool.</summary>
    private static async Task SlotAsync(Call call, WorkPool pool, TaskCompletionSource<int> gate, Func<Task> member)
    {
        var entered = NewGate();
        await pool.SpawnAsync("holder", _ =>
        {
            entered.SetResult(1);
            return gate.Task;
        });
        await entered.Task;
        await HeldAsync(call, _ => member(), gate);
    }

    private static Task PileAsync<T>(Call call, Func<WorkPile<int>, IAsyncEnumerable<T>> read) => PoolAsync(async (pool, gate) =>
    {
        var pile = new WorkPile<int>(pool);
        await pile.SpawnAsync("work", _ => gate.Task);
        await using var results = read(pile).GetAsyncEnumerator();
        await HeldAsync(call, _ => results.MoveNextAsync().AsTask(), gate);
    });

    private static async Task MapAsync<T>(Call call, Func<Task<int>, IAsyncEnumerable<T>> map)
    {
        var gate = NewGate();
        var results = map(gate.Task).GetAsyncEnumerator();
        await HeldAsync(call, _ => results.MoveNextAsync().AsTask(), gate);
        await call(() => results.DisposeAsync().AsTask());
    }

    private static async IAsyncEnumerable<int> ItemsAsync(Task<int> gate)
    {
        yield return await gate.ConfigureAwait(false);
        yield return 2;
    }

    private static async Task EnumerateAsync(Call call)
    {
        TaskCompletionSource<int>[] gates = [NewGate(), NewGate()];
        await using var completed = Wait.AsCompletedAsync(gates.Select(g => g.Task), s_long).GetAsyncEnumerator();
        foreach (var gate in gates)
        {
            var pending = call(() => completed.MoveNextAsync().AsTask());
            Assert.False(pending.IsCompleted);
            gate.SetResult(1);
            await pending;
        }

        await call(() => completed.MoveNextAsync().AsTask());
    }

    private static async Task OnEachAsync(Func<Executor, Task> row, string[]? kinds = null)
    {
        foreach (var kind in kinds ?? s_kinds)
        {
            await using var executor = ExecutorSpec.Parse(kind).Create(kind);
            await row(executor);
        }
    }

    private static async Task WatchAsync(Call call, Executor executor)
    {
        await using var writing = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var reading = new AnonymousPipeClientStream(PipeDirection.In, writing.ClientSafePipeHandle);
        using var readiness = executor.WatchDescriptor(reading.SafePipeHandle);
        var pending = call(() => readiness.WaitReadableAsync().AsTask());
        Assert.False(pending.IsCompleted);
        writing.WriteByte(1);
        await pending;
    }

    /// <summary>Work that runs until the gate opens; not in a queue any more, where an end of the executor would cancel it.</summary>
    private static async Task<Task> BeginAsync(Executor executor, Task gate)
    {
        var entered = NewGate();
        var work = executor.RunAsync(async _ =>
        {
            entered.SetResult(1);
            await gate;
        });
        await entered.Task;
        return work;
    }

    private static Component<int> ComponentOver(BoundedChannel<int> channel, Executor executor, Func<int, CancellationToken, ValueTask> handler) =>
        new("component", new ReaderSource<int>(channel.Reader), executor, handler);

    private static async Task DrainAsync(Call call, Executor executor)
    {
        var gate = NewGate();
        var work = await BeginAsync(executor, gate.Task);
        var pending = call(() => executor.DrainAsync(s_long));
        Assert.False(pending.IsCompleted);
        gate.SetResult(1);
        await pending;
        await work;
    }

    private static async Task DisposeAsync(Call call, Executor executor)
    {
        var gate = NewGate();
        var work = await BeginAsync(executor, gate.Task);
        var pending = call(() => executor.DisposeAsync().AsTask());
        gate.SetResult(1);
        await pending;
        await work;
    }

    private static async Task DisposeRegistryAsync(Call call)
    {
        var registry = new ExecutorRegistry();
        var gate = NewGate();
        var work = new List<Task>();
        foreach (var kind in s_kinds)
        {
            work.Add(await BeginAsync(registry.CreateExclusive(kind, ExecutorSpec.Parse(kind)), gate.Task));
        }

        var pending = call(() => registry.DisposeAsync().AsTask());
        gate.SetResult(1);
        await pending;
        await Task.WhenAll(work);
    }

    private static async Task EndComponentAsync(Call call, Executor executor, Func<Component, Task> end)
    {
        using var channel = BoundedChannel.Create<int>(4);
        var gate = NewGate();
        var entered = NewGate();
        await using var component = ComponentOver(channel, executor, async (item, _) =>
        {
            entered.SetResult(item);
            await gate.Task;
        });
        await component.StartAsync();
        Assert.True(channel.Writer.TryWrite(1));
        await entered.Task;
        // The channel is ours: a component does not end it.
        channel.Writer.Complete();
        var pending = call(() => end(component));
        gate.SetResult(1);
        await pending;
    }

    private static Task StartAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        await using var source = make();
        await call(() => source.StartAsync(executor).AsTask());
    });

    private static Task StopAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        await using var source = make();
        await source.StartAsync(executor);
        await call(() => source.StopAsync().AsTask());
    });

    private static Task DisposeAsync<T>(Call call, Func<IEventSource<T>> make) => OnEachAsync(async executor =>
    {
        var source = make();
        await source.StartAsync(executor);
        await call(() => source.DisposeAsync().AsTask());
    });

    /// <summary>Keeps what is posted and never runs it.</summary>
    private sealed class BlockedContext : SynchronizationContext
    {
        private readonly TaskCompletionSource _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string? _firstPost;

        /// <summary>Where the first post came from; null for none.</summary>
        public string? FirstPost => Volatile.Read(ref _firstPost);

        public Task Posted => _posted.Task;

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.CompareExchange(ref _firstPost, Environment.StackTrace, null);
            _posted.TrySetResult();
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("The context of the caller is blocked.");

        public Task Call(Func<Task> member)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return member();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }
}
