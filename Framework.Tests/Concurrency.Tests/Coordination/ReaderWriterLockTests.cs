using Concurrency.Coordination;

namespace Concurrency.Tests.Coordination;

public sealed class ReaderWriterLockTests
{
    private readonly AsyncReaderWriterLock _lock = new();

    [Fact]
    public async Task OC2_WaitingWriter_HoldsUpNewReaders()
    {
        var reader = _lock.ReaderLock();
        var writer = _lock.WriterLockAsync().AsTask();
        var late = _lock.ReaderLockAsync().AsTask();

        reader.Dispose();

        Assert.True(writer.IsCompletedSuccessfully);
        Assert.False(late.IsCompleted);
        (await writer).Dispose();
        Assert.True(late.IsCompletedSuccessfully);
    }

    [Fact]
    public void OC2_WriterGivesUp_LetsTheReadersPass()
    {
        using var source = new CancellationTokenSource();
        using var reader = _lock.ReaderLock();
        var writer = _lock.WriterLockAsync(source.Token).AsTask();
        var late = _lock.ReaderLockAsync().AsTask();

        source.Cancel();

        Assert.True(writer.IsCanceled);
        Assert.True(late.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task DoubleDispose_OfEachKind_ReleasesOnce()
    {
        var first = _lock.ReaderLock();
        var second = _lock.ReaderLock();
        first.Dispose();
        first.Dispose();
        var writer = _lock.WriterLockAsync().AsTask();
        Assert.False(writer.IsCompleted);

        second.Dispose();
        var key = await writer;
        key.Dispose();
        var next = _lock.WriterLock();
        key.Dispose();

        Assert.False(_lock.ReaderLockAsync().AsTask().IsCompleted);
        next.Dispose();
    }

    [Fact]
    public void Upgradeable_IsOneReaderAmongOthers()
    {
        using var reader = _lock.ReaderLock();
        using var upgradeable = _lock.UpgradeableReaderLock();
        var second = _lock.UpgradeableReaderLockAsync().AsTask();

        Assert.True(_lock.ReaderLockAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(second.IsCompleted);
        upgradeable.Dispose();
        Assert.True(second.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Upgrade_WaitsForTheReaders_AndGoesBeforeWriters()
    {
        var reader = _lock.ReaderLock();
        var upgradeable = _lock.UpgradeableReaderLock();
        var writer = _lock.WriterLockAsync().AsTask();
        var upgrade = upgradeable.UpgradeAsync().AsTask();
        Assert.False(upgrade.IsCompleted);

        reader.Dispose();

        Assert.True(upgrade.IsCompletedSuccessfully);
        Assert.True(upgradeable.Upgraded);
        Assert.False(writer.IsCompleted);
        (await upgrade).Dispose();
        Assert.False(upgradeable.Upgraded);
        Assert.False(writer.IsCompleted);
        upgradeable.Dispose();
        Assert.True(writer.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Upgrade_Cancelled_StaysAReader_AndLetsOthersPass()
    {
        using var source = new CancellationTokenSource();
        var reader = _lock.ReaderLock();
        using var upgradeable = _lock.UpgradeableReaderLock();
        var upgrade = upgradeable.UpgradeAsync(source.Token).AsTask();
        var late = _lock.ReaderLockAsync().AsTask();
        Assert.False(late.IsCompleted);

        source.Cancel();

        Assert.True(upgrade.IsCanceled);
        Assert.True(late.IsCompletedSuccessfully);
        Assert.False(upgradeable.Upgraded);
        reader.Dispose();
        (await late).Dispose();
        Assert.True(upgradeable.UpgradeAsync(new CancellationToken(canceled: true)).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    public void Upgrade_Twice_IsRefused()
    {
        using var upgradeable = _lock.UpgradeableReaderLock();
        using var upgrade = upgradeable.Upgrade();

        var error = Assert.Throws<InvalidOperationException>(() => { _ = upgradeable.UpgradeAsync(); });

        Assert.Contains("Dispose the key of the first upgrade", error.Message, StringComparison.Ordinal);
        Assert.True(upgradeable.Upgraded);
    }

    [Fact]
    public void Upgrade_OfADisposedKey_IsRefused()
    {
        var upgradeable = _lock.UpgradeableReaderLock();
        upgradeable.Dispose();
        upgradeable.Dispose();

        Assert.Throws<ObjectDisposedException>(() => { _ = upgradeable.UpgradeAsync(); });
        _lock.WriterLock().Dispose();
    }

    [Fact]
    public async Task Dispose_OfTheUpgradeable_EndsItsUpgradeToo()
    {
        var upgradeable = _lock.UpgradeableReaderLock();
        var upgrade = upgradeable.Upgrade();
        upgradeable.Dispose();
        using (_lock.WriterLock())
        {
            upgrade.Dispose();
            Assert.False(_lock.ReaderLockAsync().AsTask().IsCompleted);
        }

        var reader = _lock.ReaderLock();
        var pendingOwner = new AsyncReaderWriterLock();
        using var other = pendingOwner.ReaderLock();
        var second = pendingOwner.UpgradeableReaderLock();
        var pending = second.UpgradeAsync().AsTask();
        second.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => pending);
        reader.Dispose();
    }
}
