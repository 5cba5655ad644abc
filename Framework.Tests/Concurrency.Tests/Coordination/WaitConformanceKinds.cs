using Concurrency.Coordination;

namespace Concurrency.Tests.Coordination;

public sealed class AsyncLockWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var mutex = new AsyncLock();
        return new KeyCase<IDisposable>(mutex.Lock(), token => mutex.LockAsync(token));
    }
}

public sealed class AsyncMonitorWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var monitor = new AsyncMonitor();
        return new KeyCase<IDisposable>(monitor.Enter(), token => monitor.EnterAsync(token));
    }
}

public sealed class WriterWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var mutex = new AsyncReaderWriterLock();
        return new KeyCase<IDisposable>(mutex.ReaderLock(), token => mutex.WriterLockAsync(token));
    }
}

public sealed class ReaderWaits : WaitConformance
{
    protected override bool GrantsAll => true;

    internal override WaitCase Create()
    {
        var mutex = new AsyncReaderWriterLock();
        return new KeyCase<IDisposable>(mutex.WriterLock(), token => mutex.ReaderLockAsync(token));
    }
}

public sealed class UpgradeableReaderWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var mutex = new AsyncReaderWriterLock();
        return new KeyCase<AsyncReaderWriterLock.UpgradeableReaderKey>(
            mutex.UpgradeableReaderLock(), token => mutex.UpgradeableReaderLockAsync(token));
    }
}

public sealed class AsyncSemaphoreWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var semaphore = new AsyncSemaphore(0);
        return new CallCase(semaphore.WaitAsync, semaphore.Release);
    }
}

public sealed class AsyncSemaphoreLockWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var semaphore = new AsyncSemaphore(1);
        return new KeyCase<IDisposable>(semaphore.Lock(), token => semaphore.LockAsync(token));
    }
}

public sealed class CappedSemaphoreWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var semaphore = new CappedSemaphore(0, 3);
        return new CallCase(semaphore.WaitAsync, () => Assert.True(semaphore.TryRelease()));
    }
}

public sealed class CappedSemaphoreReleaseWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var semaphore = new CappedSemaphore(3, 3);
        return new CallCase(semaphore.ReleaseAsync, () => Assert.True(semaphore.TryWait()));
    }
}

public sealed class AsyncAutoResetEventWaits : WaitConformance
{
    internal override WaitCase Create()
    {
        var signal = new AsyncAutoResetEvent();
        return new CallCase(signal.WaitAsync, signal.Set);
    }
}

public sealed class AsyncManualResetEventWaits : WaitConformance
{
    protected override bool GrantsAll => true;

    internal override WaitCase Create()
    {
        var signal = new AsyncManualResetEvent();
        return new CallCase(signal.WaitAsync, signal.Set);
    }
}

public sealed class AsyncCountdownEventWaits : WaitConformance
{
    protected override bool GrantsAll => true;

    internal override WaitCase Create()
    {
        var countdown = new AsyncCountdownEvent(1);
        return new CallCase(countdown.WaitAsync, countdown.Signal);
    }
}

public sealed class OneShotEventWaits : WaitConformance
{
    protected override bool GrantsAll => true;

    internal override WaitCase Create()
    {
        var sent = new OneShotEvent<string>();
        return new CallCase(token => sent.WaitAsync(token), () => sent.Send("sent"));
    }
}

public sealed class PauseTokenWaits : WaitConformance
{
    protected override bool GrantsAll => true;

    internal override WaitCase Create()
    {
        var source = new PauseTokenSource { IsPaused = true };
        var token = source.Token;
        return new CallCase(token.WaitWhilePausedAsync, () => source.IsPaused = false);
    }
}
