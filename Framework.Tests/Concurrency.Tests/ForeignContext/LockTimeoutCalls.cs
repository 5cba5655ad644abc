using Concurrency.Coordination;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class LockTimeoutCalls
{
    private const string Rest = "TimeSpan, TimeProvider, CancellationToken)";

    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["NamedLocks.LockAsync(String, TimeSpan, CancellationToken)"] = call => OnNamesAsync(call, locks => locks.LockAsync("a", Long).AsTask()),
        ["NamedLocks.TryLockAsync(String, TimeSpan, CancellationToken)"] = call => OnNamesAsync(call, locks => locks.TryLockAsync("a", Long)),
        ["InterProcessLock.LockAsync(TimeSpan, CancellationToken)"] = call => OnFileAsync(call, mutex => mutex.LockAsync(Long).AsTask()),
        ["InterProcessLock.TryLockAsync(TimeSpan, CancellationToken)"] = call => OnFileAsync(call, mutex => mutex.TryLockAsync(Long)),
        ["CoordinationTimeouts.TryLockAsync(AsyncLock, " + Rest] = async call =>
        {
            var mutex = new AsyncLock();
            await EndsWithAsync(call, await mutex.LockAsync(), () => mutex.TryLockAsync(Long));
        },
        ["CoordinationTimeouts.TryReaderLockAsync(AsyncReaderWriterLock, " + Rest] = async call =>
        {
            var mutex = new AsyncReaderWriterLock();
            await EndsWithAsync(call, await mutex.WriterLockAsync(), () => mutex.TryReaderLockAsync(Long));
        },
        ["CoordinationTimeouts.TryWriterLockAsync(AsyncReaderWriterLock, " + Rest] = async call =>
        {
            var mutex = new AsyncReaderWriterLock();
            await EndsWithAsync(call, await mutex.WriterLockAsync(), () => mutex.TryWriterLockAsync(Long));
        },
        ["CoordinationTimeouts.TryEnterAsync(AsyncMonitor, " + Rest] = async call =>
        {
            var monitor = new AsyncMonitor();
            await EndsWithAsync(call, await monitor.EnterAsync(), () => monitor.TryEnterAsync(Long));
        },
        ["CoordinationTimeouts.TryWaitAsync(AsyncSemaphore, " + Rest] = async call =>
        {
            var semaphore = new AsyncSemaphore(1);
            await EndsWithAsync(call, await semaphore.LockAsync(), () => semaphore.TryWaitAsync(Long));
        },
        ["CoordinationTimeouts.TryWaitAsync(CappedSemaphore, " + Rest] = call =>
        {
            var semaphore = new CappedSemaphore(0, 1);
            return EndsWithAsync(call, () => Assert.True(semaphore.TryRelease()), () => semaphore.TryWaitAsync(Long));
        },
        ["CoordinationTimeouts.TryWaitAsync(AsyncAutoResetEvent, " + Rest] = call =>
        {
            var signal = new AsyncAutoResetEvent();
            return EndsWithAsync(call, signal.Set, () => signal.TryWaitAsync(Long));
        },
        ["CoordinationTimeouts.TryWaitAsync(AsyncManualResetEvent, " + Rest] = call =>
        {
            var signal = new AsyncManualResetEvent();
            return EndsWithAsync(call, signal.Set, () => signal.TryWaitAsync(Long));
        },
    };

    private static async Task OnNamesAsync(Call call, Func<NamedLocks, Task> member)
    {
        var locks = new NamedLocks();
        await EndsWithAsync(call, await locks.LockAsync("a"), () => member(locks));
    }

    private static async Task OnFileAsync(Call call, Func<InterProcessLock, Task> member)
    {
        var path = Path.Combine(Path.GetTempPath(), $"concurrency-{Guid.NewGuid():n}.lock");
        var mutex = new InterProcessLock(path);
        await EndsWithAsync(call, await mutex.LockAsync(), () => member(mutex));
        File.Delete(path);
    }

    private static Task EndsWithAsync(Call call, IDisposable held, Func<Task> member) => EndsWithAsync(call, held.Dispose, member);

    private static async Task EndsWithAsync(Call call, Action end, Func<Task> member)
    {
        var pending = call(member);
        Assert.False(pending.IsCompleted);
        end();
        await pending;
    }
}
