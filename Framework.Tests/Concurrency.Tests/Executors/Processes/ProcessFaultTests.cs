using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using Microsoft.Extensions.Logging;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Process executors with a logger that throws, and times that cannot be meant.</summary>
public sealed class ProcessFaultTests : IClassFixture<MachineLock>
{
    [Fact]
    public async Task FU5_ALoggerThatThrows_CostsNoWorkerAndNoPlace()
    {
        var logger = new ThrowingLogger();
        var executor = ProcessRig.Create(o => o with { Logger = logger, QueueLimit = 1 });
        for (var value = 1; value <= 3; value++)
        {
            Assert.Equal(value * value, await executor.RunAsync(Work.Square, value).Within("work"));
        }

        var pid = await ProcessRig.ReadyAsync(executor);
        var running = executor.RunAsync(Work.Endless, 0);
        var queued = executor.RunAsync(Work.Square, 5);
        ProcessRig.Kill(pid);
        await Assert.ThrowsAsync<WorkerCrashedException>(() => running.Within("the crash"));
        Assert.Equal(25, await queued.Within("the next worker"));
        await executor.DisposeAsync().Within("the disposal");

        Assert.True(logger.Calls > 0);
        Assert.Equal(0, ProcessRig.Balanced(executor).Workers);
    }

    [Fact]
    public async Task FU5_ALoggerThatThrows_DoesNotStopTheOutputOfAWorker()
    {
        var logger = new ThrowingLogger();
        await using var executor = ProcessRig.Create(o => o with { Logger = logger, Output = WorkerOutput.Log });

        // Far more than a pipe holds: a worker whose output nobody takes would block.
        for (var line = 0; line < 2; line++)
        {
            await executor.RunAsync(Work.Print, new string('x', 60_000)).Within("a long line");
        }

        Assert.True(logger.Calls > 5);
    }

    [Fact]
    public async Task Drain_WithATimeThatCannotBeMeant_ChangesNothing_AndALongOneIsTaken()
    {
        await using var executor = ProcessRig.Create();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => executor.DrainAsync(TimeSpan.FromSeconds(-3)).Within("the refusal"));
        var work = executor.RunAsync(Work.Square, 4);

        Assert.True(await executor.DrainAsync(TimeSpan.FromDays(60)).Within("a long drain"));

        Assert.Equal(16, await work.Within("the work"));
    }

    [Fact]
    public async Task FU5_CallWithATimeAboveThatOfTimers_IsTaken_AndANegativeOneIsRefused()
    {
        await using var executor = ProcessRig.Create();

        Assert.Equal(16, await executor.RunAsync(Work.Square, 4, TimeSpan.FromDays(60)).Within("60 days"));
        Assert.Equal(25, await executor.RunAsync(Work.Square, 5, TimeSpan.MaxValue).Within("the longest time"));

        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            async () => await executor.RunAsync(Work.Square, 6, TimeSpan.FromSeconds(-3)).Within("the refusal"));
        Assert.StartsWith("A deadline cannot lie -00:00:03 ahead. Use zero or more", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, ProcessRig.Balanced(executor).Workers);
    }

    private sealed class ThrowingLogger : ILogger
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _calls);
            throw new InvalidOperationException("The logger is broken.");
        }
    }
}
