using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

public sealed class WatchdogTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly ListLogger _logger = new();

    private WatchdogOptions Options => new() { TimeProvider = _clock };

    [Fact]
    public void OC5_BlockInTime_SaysNothing()
    {
        using (Watchdog.Watch(_logger, "loading", Options))
        {
            _clock.Advance(4 * s_second);
        }

        _clock.Advance(10 * s_second);
        Assert.Empty(_logger.Messages);
    }

    [Fact]
    public void OC5_BlockTakesLong_SaysSoOnce_AndWhenItHasEnded()
    {
        using (var watchdog = Watchdog.Watch(_logger, "loading", Options))
        {
            _clock.Advance(5 * s_second);
            Assert.Equal(["'loading' has been running for 00:00:05, longer than 00:00:05."], _logger.Messages);
            _clock.Advance(7 * s_second);
            watchdog.Dispose();
        }

        Assert.Equal("'loading' has ended after 00:00:12, longer than 00:00:05: its block was left.", Assert.Single(_logger.Messages.Skip(1)));
    }

    [Fact]
    public void OC5_Repeated_SaysSoAgain()
    {
        using (Watchdog.Watch(_logger, "loading", Options with { After = s_second, IsRepeated = true }))
        {
            _clock.Advance(3 * s_second);
            Assert.Equal(3, _logger.Messages.Count);
        }

        _clock.Advance(3 * s_second);
        Assert.Equal(4, _logger.Messages.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Watchdog.Watch(_logger, "x", new WatchdogOptions { After = TimeSpan.Zero }));
    }

    [Fact]
    public async Task OC5_Work_TheLogSaysHowItEnded()
    {
        await Assert.ThrowsAsync<IOException>(() => Watchdog.RunAsync(_logger, "failing", () => EndAfter(new IOException("disk")), Options));
        await Assert.ThrowsAsync<OperationCanceledException>(() => Watchdog.RunAsync(_logger, "cancelled", () => EndAfter(new OperationCanceledException()), Options));
        Assert.Equal(7, await Watchdog.RunAsync(_logger, "working", async () => { await EndAfter(null); return 7; }, Options));

        Assert.Equal(
            [
                "'failing' has ended after 00:00:05, longer than 00:00:05: it failed with IOException: disk.",
                "'cancelled' has ended after 00:00:05, longer than 00:00:05: it was cancelled.",
                "'working' has ended after 00:00:05, longer than 00:00:05: it returned.",
            ],
            _logger.Messages.Where(message => message.Contains("ended", StringComparison.Ordinal)));

        Task EndAfter(Exception? error)
        {
            _clock.Advance(5 * s_second);
            return error is null ? Task.CompletedTask : Task.FromException(error);
        }
    }
}
