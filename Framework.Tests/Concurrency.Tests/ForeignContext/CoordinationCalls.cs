using Concurrency.Coordination;
using static Concurrency.Tests.ForeignContext.Calls;
using TaskExtensions = Concurrency.Coordination.TaskExtensions;

namespace Concurrency.Tests.ForeignContext;

internal static class CoordinationCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>(
    [
        .. Both("AsyncAutoResetEvent.WaitAsync", (call, token) => EndsWithAsync(call, new AsyncAutoResetEvent(), e => e.WaitAsync(token), e => e.Set())),
        .. Both("AsyncManualResetEvent.WaitAsync", (call, token) => EndsWithAsync(call, new AsyncManualResetEvent(), e => e.WaitAsync(token), e => e.Set())),
        .. Both("AsyncCountdownEvent.WaitAsync", (call, token) => EndsWithAsync(call, new AsyncCountdownEvent(1), e => e.WaitAsync(token), e => e.Signal())),
        .. Both("AsyncBarrier.SignalAndWaitAsync", (call, token) =>
            EndsWithAsync(call, new AsyncBarrier(2), b => b.SignalAndWaitAsync(token), b => _ = b.SignalAndWaitAsync())),
        .. Both("AsyncSemaphore.WaitAsync", (call, token) => EndsWithAsync(call, new AsyncSemaphore(0), s => s.WaitAsync(token), s => s.Release())),
        .. Both("AsyncSemaphore.LockAsync", (call, token) => EndsWithAsync(call, new AsyncSemaphore(0), s => s.LockAsync(token).AsTask(), s => s.Release())),
        .. Both("SemaphoreSlimExtensions.LockAsync", "SemaphoreSlim", (call, token) =>
            EndsWithAsync(call, new SemaphoreSlim(0), s => s.LockAsync(token).AsTask(), s => s.Release())),
        .. Both("PauseToken.WaitWhilePausedAsync", (call, token) =>
            EndsWithAsync(call, new PauseTokenSource { IsPaused = true }, p => p.Token.WaitWhilePausedAsync(token), p => p.IsPaused = false)),
        .. Both("AsyncCollection.AddAsync", "T", (call, token) => EndsWithAsync(call, Full(), c => c.AddAsync(2, token), c => c.Take())),
        .. Both("AsyncCollection.TakeAsync", (call, token) => EndsWithAsync(call, new AsyncCollection<int>(), c => c.TakeAsync(token), c => c.Add(1))),
        .. Both("AsyncCollection.OutputAvailableAsync", (call, token) =>
            EndsWithAsync(call, new AsyncCollection<int>(), c => c.OutputAvailableAsync(token), c => c.Add(1))),
        .. Both("AsyncProducerConsumerQueue.EnqueueAsync", "T", (call, token) =>
            EndsWithAsync(call, new AsyncProducerConsumerQueue<int>([1], 1), q => q.EnqueueAsync(2, token), q => q.Dequeue())),
        .. Both("AsyncProducerConsumerQueue.DequeueAsync", (call, token) =>
            EndsWithAsync(call, new AsyncProducerConsumerQueue<int>(), q => q.DequeueAsync(token), q => q.Enqueue(1))),
        .. Both("AsyncProducerConsumerQueue.OutputAvailableAsync", (call, token) =>
            EndsWithAsync(call, new AsyncProducerConsumerQueue<int>(), q => q.OutputAvailableAsync(token), q => q.Enqueue(1))),
        .. Both("AsyncLock.LockAsync", async (call, token) =>
        {
            var mutex = new AsyncLock();
            await EndsWithAsync(call, await mutex.LockAsync(), _ => mutex.LockAsync(token).AsTask(), key => key.Dispose());
        }),
        .. Both("AsyncMonitor.EnterAsync", async (call, token) =>
        {
            var monitor = new AsyncMonitor();
            await EndsWithAsync(call, await monitor.EnterAsync(), _ => monitor.EnterAsync(token).AsTask(), key => key.Dispose());
        }),
        .. Both("AsyncMonitor.WaitAsync", async (call, token) =>
        {
            var monitor = new AsyncMonitor();
            var key = await monitor.EnterAsync();
            await EndsWithAsync(call, key, _ => monitor.WaitAsync(token), _ =>
            {
                using (monitor.Enter())
                {
                    monitor.Pulse();
                }
            });
            key.Dispose();
        }),
        .. Both("AsyncConditionVariable.WaitAsync", async (call, token) =>
        {
            var mutex = new AsyncLock();
            var condition = new AsyncConditionVariable(mutex);
            var key = await mutex.LockAsync();
            await EndsWithAsync(call, condition, c => c.WaitAsync(token), c =>
            {
                using (mutex.Lock())
                {
                    c.Notify();
                }
            });
            key.Dispose();
        }),
        .. Both("AsyncReaderWriterLock.ReaderLockAsync", (call, token) => BehindWriterAsync(call, l => l.ReaderLockAsync(token).AsTask())),
        .. Both("AsyncReaderWriterLock.WriterLockAsync", (call, token) => BehindWriterAsync(call, l => l.WriterLockAsync(token).AsTask())),
        .. Both("AsyncReaderWriterLock.UpgradeableReaderLockAsync", (call, token) =>
            BehindWriterAsync(call, l => l.UpgradeableReaderLockAsync(token).AsTask())),
        .. Both("UpgradeableReaderKey.UpgradeAsync", async (call, token) =>
        {
            var mutex = new AsyncReaderWriterLock();
            var reader = await mutex.ReaderLockAsync();
            using var key = await mutex.UpgradeableReaderLockAsync();
            await EndsWithAsync(call, reader, _ => key.UpgradeAsync(token).AsTask(), r => r.Dispose());
        }),
        new("CappedSemaphore.WaitAsync(CancellationToken)", call =>
            EndsWithAsync(call, new CappedSemaphore(0, 1), s => s.WaitAsync(), s => Assert.True(s.ReleaseAsync().IsCompletedSuccessfully))),
        new("CappedSemaphore.ReleaseAsync(CancellationToken)", call =>
            EndsWithAsync(call, new CappedSemaphore(1, 1), s => s.ReleaseAsync(), s => Assert.True(s.WaitAsync().IsCompletedSuccessfully))),
        new("OneShotEvent.WaitAsync(CancellationToken)", call => EndsWithAsync(call, new OneShotEvent<int>(), e => e.WaitAsync(), e => e.Send(1))),
        new("OneShotEvent.WaitAsync(TimeSpan, TimeProvider, CancellationToken)", call =>
            EndsWithAsync(call, new OneShotEvent<int>(), e => e.WaitAsync(Long), e => e.Send(1))),
        new("NamedLocks.LockAsync(String, CancellationToken)", async call =>
        {
            var locks = new NamedLocks();
            await EndsWithAsync(call, await locks.LockAsync("a"), _ => locks.LockAsync("a").AsTask(), key => key.Dispose());
        }),
        new("InterProcessLock.LockAsync(CancellationToken)", async call =>
        {
            var path = Path.Combine(Path.GetTempPath(), $"concurrency-{Guid.NewGuid():n}.lock");
            var mutex = new InterProcessLock(path);
            await EndsWithAsync(call, await mutex.LockAsync(), _ => mutex.LockAsync().AsTask(), key => key.Dispose());
            File.Delete(path);
        }),
        new("DeferralManager.WaitForDeferralsAsync()", async call =>
        {
            var manager = new DeferralManager();
            await EndsWithAsync(call, manager.DeferralSource.GetDeferral(), _ => manager.WaitForDeferralsAsync(), deferral => deferral.Dispose());
        }),
        new("AsyncContextThread.JoinAsync()", async call =>
        {
            using var thread = new AsyncContextThread();
            await call(thread.JoinAsync);
        }),
        new("AwaitableDisposable.AsTask()", call => EndsWithAsync(call, new AsyncSemaphore(0), s => s.LockAsync().AsTask(), s => s.Release())),
        new("TaskExtensions.WaitAsync(Task, CancellationToken)", call => HeldAsync(call, gate => ((Task)gate).WaitAsync(CancellationToken.None))),
        new("TaskExtensions.WaitAsync<TResult>(Task, CancellationToken)", call => HeldAsync(call, gate => TaskExtensions.WaitAsync(gate, CancellationToken.None))),
        new("TaskExtensions.WhenAll(IEnumerable)", call => HeldAsync(call, gate => new Task[] { gate }.WhenAll())),
        new("TaskExtensions.WhenAll<TResult>(IEnumerable)", call => HeldAsync(call, gate => new[] { gate }.WhenAll())),
        .. Both("TaskExtensions.WhenAny", "IEnumerable", (call, token) => HeldAsync(call, gate => new Task[] { gate }.WhenAny(token))),
        .. Both("TaskExtensions.WhenAny<TResult>", "IEnumerable", (call, token) => HeldAsync(call, gate => new[] { gate }.WhenAny(token))),
    ]);

    private static AsyncCollection<int> Full()
    {
        var collection = new AsyncCollection<int>(1);
        collection.Add(1);
        return collection;
    }

    private static KeyValuePair<string, Func<Call, Task>>[] Both(string name, Func<Call, CancellationToken, Task> row) => Both(name, null, row);

    /// <summary>The overload without a token, which is the other with none, and the one with.</summary>
    private static KeyValuePair<string, Func<Call, Task>>[] Both(string name, string? first, Func<Call, CancellationToken, Task> row) =>
    [
        new($"{name}({first})", call => row(call, CancellationToken.None)),
        new($"{name}({(first is null ? "" : first + ", ")}CancellationToken)", async call =>
        {
            using var source = new CancellationTokenSource();
            await row(call, source.Token);
        }),
    ];

    private static async Task EndsWithAsync<T>(Call call, T subject, Func<T, Task> member, Action<T> end)
    {
        var pending = call(() => member(subject));
        Assert.False(pending.IsCompleted);
        end(subject);
        await pending;
    }

    private static async Task BehindWriterAsync(Call call, Func<AsyncReaderWriterLock, Task> member)
    {
        var mutex = new AsyncReaderWriterLock();
        await EndsWithAsync(call, await mutex.WriterLockAsync(), _ => member(mutex), key => key.Dispose());
    }
}
