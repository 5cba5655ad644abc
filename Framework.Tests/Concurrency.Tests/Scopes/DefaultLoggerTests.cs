using Concurrency.Executors;
using Concurrency.Scopes;
using Concurrency.Tests.Executors;
using Concurrency.TestSupport;
using Concurrency.Time;

namespace Concurrency.Tests.Scopes;

/// <summary>Where a logger is the only place for a failure, none given means the standard error stream.</summary>
[Collection(nameof(ReportFallbackTests))]
public sealed class DefaultLoggerTests
{
    [Fact]
    public Task AS24_Shield_NoLogger_LateFailureIsWrittenToStandardError() => WritesAsync("late in the shield", async () =>
    {
        using var caller = new CancellationTokenSource();
        var work = new TaskCompletionSource<int>();
        var wait = Shield.WaitAsync(work.Task, cancellationToken: caller.Token);
        caller.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait).Within("the wait ends");

        work.SetException(new IOException("late in the shield"));
    });

    [Fact]
    public Task AS21_Gather_NoLogger_LaterFailureIsWrittenToStandardError() => WritesAsync("later in the gather", async () =>
    {
        var late = new TaskCompletionSource<int>();
        await Assert.ThrowsAsync<FormatException>(() =>
            Gather.AllAsync<int>([_ => late.Task, _ => throw new FormatException("first")])).Within("the gather fails");

        late.SetException(new IOException("later in the gather"));
    });

    [Fact]
    public Task EV83_NoLogger_FailureThatNobodySawIsWrittenToStandardError() => WritesAsync("unseen in the dependencies", async () =>
    {
        // Inline: it has failed when Start returns.
        await using var executor = new InlineExecutor("inline");
        var pool = new DependencyPool<string, int>(new DependencyPoolOptions { Executor = executor });
        pool.Start("a", [], (_, _, _) => throw new IOException("unseen in the dependencies"));
        Assert.Empty(pool.Running);

        await pool.DisposeAsync().Within("dispose");
    });

    [Fact]
    public Task OU2_NoLogger_FailureIsWrittenToStandardError() => WritesAsync("try 1 of for ever", async () =>
    {
        var tries = 0;
        var result = await RetryForever.RunAsync(
            _ => ++tries < 3 ? throw new IOException($"try {tries} of for ever") : Task.FromResult(tries),
            new RetryForeverOptions { Delay = new Backoff { Initial = TimeSpan.Zero, Factor = 1 } }).Within("success");

        Assert.Equal(3, result);
    });

    [Fact]
    public Task OU1_NoLogger_FailureOfTheCleanupIsWrittenToStandardError() => WritesAsync("cleaning went wrong", () =>
    {
        var preserved = PreservedException.Capture(new IOException("original"));

        Assert.Throws<IOException>(() => preserved.Run(_ => throw new InvalidOperationException("cleaning went wrong")));
        return Task.CompletedTask;
    });

    [Fact]
    public Task EV33_ResourcePool_NoLogger_FailureToCloseIsWrittenToStandardError() => WritesAsync("closing went wrong", async () =>
    {
        await using var pool = new ResourcePool<int>(new ResourcePoolOptions<int>
        {
            Factory = _ => ValueTask.FromResult(1),
            Close = _ => throw new IOException("closing went wrong"),
        });

        await using (await pool.AcquireAsync().Within("acquire"))
        {
        }
    });

    private static async Task WritesAsync(string what, Func<Task> body)
    {
        var before = Console.Error;
        await using var errors = new AwaitedWriter(what);
        Console.SetError(errors);
        try
        {
            await body();
            var line = await errors.Seen.Within("the failure is written");
            Assert.Matches("^(warning|error): ", line);
        }
        finally
        {
            Console.SetError(before);
        }
    }

    private sealed class AwaitedWriter(string what) : StringWriter
    {
        private readonly TaskCompletionSource<string> _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Seen => _seen.Task;

        public override void WriteLine(string? value)
        {
            if (value?.Contains(what, StringComparison.Ordinal) == true)
            {
                _seen.TrySetResult(value);
            }
        }
    }
}
