using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Executors;

public sealed class ExecutorSpecTests
{
    [Theory]
    [InlineData("cooperative", "cooperative")]
    [InlineData(" Cooperative : blocking=THROW ", "cooperative:blocking=throw")]
    [InlineData("thread", "thread")]
    [InlineData("thread:affinity=1", "thread:affinity=1")]
    [InlineData("thread:affinity=2+0-1,nice=5,stack=1048576", "thread:affinity=0+1+2,nice=5,stack=1048576")]
    [InlineData("pool", "pool")]
    [InlineData("pool:8", "pool:8")]
    [InlineData("pool:2..16,queue=256,reject", "pool:2..16,queue=256,reject")]
    [InlineData("pool:queue=4,3..3,idle=60", "pool:3,queue=4,idle=60")]
    [InlineData("inline", "inline")]
    public void Parse_ValidText_RoundTrips(string text, string canonical)
    {
        var spec = ExecutorSpec.Parse(text);

        Assert.Equal(canonical, spec.ToString());
        Assert.Equal(spec, ExecutorSpec.Parse(spec.ToString()));
    }

    [Theory]
    [InlineData("", "the kind was ''", "cooperative, thread, pool:N, pool:MIN..MAX or inline")]
    [InlineData("poll:8", "the kind was 'poll'", "pool:N")]
    [InlineData("pool:0", "threads was '0'", "1 to 4096")]
    [InlineData("pool:-2", "threads was '-2'", "1 to 4096")]
    [InlineData("pool:9..2", "threads was '9..2'", "must not exceed")]
    [InlineData("pool:2..", "threads was '2..'", "MIN..MAX")]
    [InlineData("pool:2,queue=0", "queue was '0'", "1 to 10000000")]
    [InlineData("pool:2,queue", "queue was ''", "1 to 10000000")]
    [InlineData("pool:2,reject=yes", "reject was 'yes'", "without a value")]
    [InlineData("pool:2,3", "repeats", "once")]
    [InlineData("pool:2,nice=3", "nice=3", "A pool takes")]
    [InlineData("pool:", "the setting was ''", "A pool takes")]
    [InlineData("thread:nice=20", "nice was '20'", "-20 to 19")]
    [InlineData("thread:affinity=x", "affinity was 'x'", "0 to 1023")]
    [InlineData("thread:affinity=3-1", "affinity was '3-1'", "0 to 1023")]
    [InlineData("thread:stack=1", "stack was '1'", "65536")]
    [InlineData("cooperative:blocking=maybe", "blocking was 'maybe'", "ignore, report or throw")]
    [InlineData("inline:queue=1", "queue=1", "takes none")]
    public void Parse_InvalidText_NamesTheSettingTheValueAndWhatIsAllowed(string text, string what, string allowed)
    {
        var error = Assert.Throws<FormatException>(() => ExecutorSpec.Parse(text));

        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Contains(allowed, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cooperative", ExecutorKind.Cooperative, 1)]
    [InlineData("thread:affinity=0,nice=1", ExecutorKind.DedicatedThread, 1)]
    [InlineData("pool:1..3", ExecutorKind.Pool, 3)]
    [InlineData("inline", ExecutorKind.Inline, int.MaxValue)]
    public async Task Create_MakesTheKindWithTheName(string text, ExecutorKind kind, int concurrency)
    {
        await using var executor = ExecutorSpec.Parse(text).Create("mine");

        Assert.Equal(kind, executor.Kind);
        Assert.Equal("mine", executor.Name);
        Assert.Equal(concurrency, executor.MaximumConcurrency);
        Assert.Equal(3, await executor.InvokeAsync(() => 3).Within("invoke"));
    }

    [Fact]
    public void Create_CommonOptions_ReachEveryKindAndLeaveItsOwnDefaults()
    {
        var clock = new ManualClock();
        foreach (var text in new[] { "cooperative", "thread", "pool:1", "inline" })
        {
            var executor = ExecutorSpec.Parse(text).Create("mine", new ExecutorOptions { TimeProvider = clock });
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(clock.GetTimestamp(), executor.TimeProvider.GetTimestamp());
            _ = executor.DisposeAsync().AsTask();
        }
    }

    [Fact]
    public async Task Create_CommonLongTurnLimit_IsTaken()
    {
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var executor = ExecutorSpec.Parse("thread").Create("mine", new ExecutorOptions
        {
            LongTurnLimit = TimeSpan.FromMilliseconds(10),
            OnLongTurn = _ => reported.TrySetResult(),
        });

        await executor.InvokeAsync(() =>
        {
            var start = executor.TimeProvider.GetTimestamp();
            while (executor.TimeProvider.GetElapsedTime(start) < TimeSpan.FromMilliseconds(20))
            {
                Thread.SpinWait(100);
            }
        }).Within("a turn");

        await reported.Task.Within("the turn was too long");
    }
}
