using System.Runtime.CompilerServices;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Execution;

/// <summary>What the users of a hub expect of its timers when there are very many.</summary>
public sealed class ManyTimersTests
{
    private readonly ManualClock _clock = new();
    private readonly ClockedExecutor _executor;

    public ManyTimersTests() => _executor = new ClockedExecutor(_clock);

    [Fact]
    public void EV101_ManyCancelledTimers_FreeTheirMemoryAtOnce()
    {
        var ran = 0;
        _executor.PostAfter(TimeSpan.FromHours(1), () => ran++);

        var payloads = PostAndCancel(10_000);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.Equal(0, payloads.Count(static payload => payload.IsAlive));
        Assert.Equal(0, ran);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, ran);
    }

    [Fact]
    public void EV101_OneTimerServesThemAll()
    {
        var posts = Enumerable.Range(1, 1000).Select(i => _executor.PostAfter(TimeSpan.FromSeconds(i), () => { })).ToArray();

        Assert.Equal(1, _clock.Pending);
        Assert.All(posts, static post => Assert.True(post.Cancel()));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, _clock.Pending);
    }

    [Fact]
    public void EV101_EqualTimes_KeepTheOrderOfTheCalls_WhenOthersAreCancelled()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var ran = new List<int>();
            var posts = new List<(int Due, int Index, DelayedPost Post)>();
            for (var i = 0; i < 300; i++)
            {
                var index = i;
                var due = random.Next(1, 6);
                posts.Add((due, index, _executor.PostAfter(TimeSpan.FromSeconds(due), () => ran.Add(index))));
            }

            var kept = posts.Where(post => random.Next(3) > 0 || !post.Post.Cancel()).ToArray();
            _clock.Advance(TimeSpan.FromSeconds(5));

            Assert.Equal(kept.OrderBy(static post => post.Due).ThenBy(static post => post.Index).Select(static post => post.Index), ran);
        }
    }

    // Not inlined: a local of the test would keep the last one alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference> PostAndCancel(int count)
    {
        var payloads = new List<WeakReference>();
        var posts = new List<DelayedPost>();
        for (var i = 0; i < count; i++)
        {
            var payload = new byte[64];
            payloads.Add(new WeakReference(payload));
            posts.Add(_executor.PostAfter(TimeSpan.FromHours(2), static _ => { }, payload));
        }

        posts.ForEach(static post => Assert.True(post.Cancel()));
        return payloads;
    }
}
