using Concurrency.Scopes;
using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Scopes;

/// <summary>What the users of excutils expect: keep an error over a clean-up, try again for ever, let chosen errors pass.</summary>
public sealed class FailureToolsTests
{
    private readonly ManualClock _clock = new();
    private readonly ListLogger _logger = new();

    [Fact]
    public void OU1_CleanupSucceeds_TheOriginalGoesOn_WithItsStack()
    {
        var cleaned = false;

        var error = Assert.Throws<IOException>(() =>
        {
            try
            {
                ThrowOriginal();
            }
            catch (IOException caught)
            {
                PreservedException.Capture(caught, _logger).Run(_ => cleaned = true);
            }
        });

        Assert.True(cleaned);
        Assert.Contains(nameof(ThrowOriginal), error.StackTrace, StringComparison.Ordinal);
        Assert.Empty(_logger.Messages);
    }

    [Fact]
    public async Task OU1_CleanupFails_IsLogged_AndTheOriginalGoesOn()
    {
        var original = new IOException("original");
        var preserved = PreservedException.Capture(original, _logger);

        var error = await Assert.ThrowsAsync<IOException>(() => preserved.RunAsync(self =>
        {
            self.IsRethrown = false;
            throw new InvalidOperationException("cleanup");
        }));

        Assert.Same(original, error);
        Assert.Equal("Cleaning up after 'original' has failed itself; the original error goes on.", Assert.Single(_logger.Messages));
        Assert.Equal("cleanup", Assert.Single(_logger.Errors).Message);
    }

    [Fact]
    public void OU1_Flag_LetsTheCleanupSwallowTheError_AndRethrowForcesIt()
    {
        var preserved = PreservedException.Capture(new IOException("original"));

        preserved.Run(self => self.IsRethrown = false);

        Assert.Throws<IOException>(preserved.Rethrow);
        Assert.Throws<IOException>(() => preserved.Run(self => self.Rethrow()));
    }

    [Fact]
    public async Task OU2_Forever_TriesUntilItSucceeds()
    {
        var tries = 0;
        var run = RetryForever.RunAsync(
            _ => ++tries < 3 ? throw new IOException($"try {tries}") : Task.FromResult(tries), new RetryForeverOptions { TimeProvider = _clock, Logger = _logger });

        for (var round = 0; round < 2; round++)
        {
            await _clock.TimersArmed(1).Within("wait for the next try");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, await run.Within("success"));
        Assert.Equal(2, _logger.Messages.Count);
    }

    [Fact]
    public async Task OU2_EqualMessages_AreLoggedOncePerMinute_WithTheirNumber()
    {
        using var stopping = new CancellationTokenSource();
        var message = "down";
        var run = RetryForever.RunAsync(
            _ => throw new IOException(message),
            new RetryForeverOptions { Name = "poll", TimeProvider = _clock, Logger = _logger, Delay = new Backoff { Initial = TimeSpan.FromSeconds(10), Factor = 1 } },
            stopping.Token);
        await AdvanceAsync(7);
        message = "up";
        await AdvanceAsync(1);

        stopping.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Within("stop"));

        Assert.Equal(
            [
                "'poll' has failed and is tried again: down (1 times since the last line of this)",
                "'poll' has failed and is tried again: down (6 times since the last line of this)",
                "'poll' has failed and is tried again: down (1 times since the last line of this)",
                "'poll' has failed and is tried again: up (1 times since the last line of this)",
            ],
            _logger.Messages);

        async Task AdvanceAsync(int rounds)
        {
            for (; rounds > 0; rounds--)
            {
                await _clock.TimersArmed(1).Within("wait for the next try");
                _clock.Advance(TimeSpan.FromSeconds(10));
                await _clock.TimersArmed(1).Within("next try");
            }
        }
    }

    [Fact]
    public async Task OU3_IsTimeout_AsTheFilterOfACatch_SwallowsATimeoutAndNothingElse()
    {
        static async Task LoadAsync(Func<Task> load)
        {
            try
            {
                await load();
            }
            catch (Exception error) when (TimeoutScope.IsTimeout(error))
            {
                // What could not be loaded in time is loaded later.
            }
        }

        await LoadAsync(() => TimeoutScope.RunAsync(TimeSpan.Zero, scope => Task.FromCanceled(scope.CancellationToken))).Within("timeout");
        await Assert.ThrowsAsync<IOException>(() => LoadAsync(() => Task.FromException(new IOException("disk"))).Within("failure"));
    }

    [Fact]
    public async Task OU3_CauseOfATimeout_IsTheCancellationThatItReplaced()
    {
        var token = default(CancellationToken);

        var error = await Assert.ThrowsAsync<ScopeTimeoutException>(() => TimeoutScope.RunAsync(TimeSpan.Zero, scope =>
        {
            token = scope.CancellationToken;
            return Task.FromCanceled(token);
        }).Within("timeout"));

        Assert.Equal(token, Assert.IsAssignableFrom<OperationCanceledException>(error.InnerException).CancellationToken);
    }

    private static void ThrowOriginal() => throw new IOException("original");
}
