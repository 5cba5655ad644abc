using System.Text.RegularExpressions;
using Concurrency.Diagnostics;

namespace Concurrency.Tests.Diagnostics;

/// <summary>The tree of live objects, its text and its JSON.</summary>
public sealed class ConcurrencySnapshotTests
{
    private readonly string _id = "snapshot-" + Guid.NewGuid().ToString("N");

    [Fact]
    public void EV106_Take_ShowsObjectsBeneathThoseTheyBelongTo()
    {
        using var loop = new LiveFake("executor", _id, describe: static details => details.Add("queued", 3));
        using var scope = new LiveFake("scope", "ingest", loop, static details =>
        {
            var child = details.AddPart("task", "reader");
            child.Add("state", "awaiting");
            child.AddPart("timer", "retry");
        });
        using var inner = new LiveFake("scope", "inner", scope);
        using var channel = new LiveFake("channel", "lines", loop);

        var root = Root();

        Assert.Equal("3", root["queued"]);
        Assert.Null(root["missing"]);
        Assert.Equal(["channel lines", "scope ingest"], root.Children.Select(static node => $"{node.Kind} {node.Name}"));
        Assert.Equal(["scope inner", "task reader"], root.Children[1].Children.Select(static node => $"{node.Kind} {node.Name}"));
        Assert.Equal(
            [_id, "lines", "ingest", "inner", "reader", "retry"], root.SelfAndDescendants().Select(static node => node.Name));
    }

    [Fact]
    public void EV106_Take_OfWhatHasLeft_ShowsItNoLonger()
    {
        var parent = new LiveFake("scope", _id + "-parent");
        using var child = new LiveFake("scope", _id, parent);
        parent.Dispose();

        Assert.Single(ConcurrencySnapshot.Take().Roots, node => node.Name == _id);
        Assert.DoesNotContain(ConcurrencySnapshot.Take().All(), node => node.Name == _id + "-parent");
    }

    [Fact]
    public void EV106_Take_OfAnObjectThatThrows_ShowsTheErrorAndTheRest()
    {
        using var loop = new LiveFake("executor", _id, describe: static details =>
        {
            details.Add("queued", 3);
            throw new InvalidTimeZoneException("no idea");
        });
        using var channel = new LiveFake("channel", "lines", loop);
        var broken = new Broken();
        LiveObjects.Add(broken);
        try
        {
            var root = Root();

            Assert.Equal("3", root["queued"]);
            Assert.Equal("InvalidTimeZoneException: no idea", root["error"]);
            Assert.Single(root.Children);
            Assert.Contains(ConcurrencySnapshot.Take().Roots, node => node.Kind == "unknown" && node.Values.Count == 4);
        }
        finally
        {
            LiveObjects.Remove(broken);
        }
    }

    [Fact]
    public void EV106_Take_OfObjectsThatAreEachOthersParents_ShowsEachOnce()
    {
        using var first = new LiveFake("scope", _id);
        using var second = new LiveFake("scope", _id, first);
        using var third = new LiveFake("scope", _id, second);
        first.Parent = third;
        using var own = new LiveFake("scope", _id);
        own.Parent = own;

        Assert.Equal(4, ConcurrencySnapshot.Take().All().Count(node => node.Name == _id));
    }

    [Fact]
    public void EV106_Take_OfADeepNesting_ShowsAllOfItAndCanBeWritten()
    {
        var chain = new List<LiveFake>();
        for (var depth = 0; depth < 1_000; depth++)
        {
            chain.Add(new LiveFake("scope", _id, chain.LastOrDefault()));
        }

        var snapshot = ConcurrencySnapshot.Take();
        chain.ForEach(static one => one.Dispose());

        Assert.Equal(1_000, snapshot.All().Count(node => node.Name == _id));
        Assert.Equal(1_000, ConcurrencySnapshot.FromJson(snapshot.ToJson()).All().Count(node => node.Name == _id));
        Assert.Equal(1_000, Regex.Count(snapshot.ToText(), _id));
    }

    [Fact]
    public void EV106_Take_WithALimit_CountsWhatItLeavesOut()
    {
        using var first = new LiveFake("scope", _id);
        using var second = new LiveFake("scope", _id);

        var snapshot = ConcurrencySnapshot.Take(limit: 1);

        Assert.Single(snapshot.All());
        Assert.True(snapshot.Omitted >= 1, "The second object is counted.");
        Assert.Contains("more)", snapshot.ToText(), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => ConcurrencySnapshot.Take(0));
    }

    [Fact]
    public void EV106_Take_AsksProvidersForWhatIsHeldWeakly()
    {
        var parent = new LiveFake("executor", _id);
        var offered = new LiveFake("channel", _id, parent);
        offered.Dispose();
        IEnumerable<ILiveObject> Offer() => [offered, parent];
        Func<IEnumerable<ILiveObject>> provider = Offer;
        Func<IEnumerable<ILiveObject>> broken = () => throw new InvalidTimeZoneException(_id);
        LiveObjects.AddProvider(provider);
        LiveObjects.AddProvider(broken);
        try
        {
            Assert.Equal(_id, Assert.Single(Root().Children).Name);
            Assert.Contains(ConcurrencySnapshot.Take().Roots, node => node["error"]?.Contains(_id, StringComparison.Ordinal) == true);
        }
        finally
        {
            LiveObjects.RemoveProvider(provider);
            LiveObjects.RemoveProvider(broken);
            parent.Dispose();
        }

        Assert.DoesNotContain(ConcurrencySnapshot.Take().All(), node => node.Name == _id);
    }

    [Fact]
    public void AS28_A6_Text_IsATreeWithOneObjectALine()
    {
        var snapshot = Sample() with { Omitted = 2 };

        Assert.Equal(
            """
            process 42 at 2026-01-02T03:04:05.000Z
            ├─ executor 'loop' queued=3
            │  ├─ scope 'ingest'
            │  │    stack:
            │  │    at A
            │  │    at B
            │  └─ task 'read er' state=awaiting
            └─ pool 'disk'
            (2 more)

            """.ReplaceLineEndings("\n"),
            snapshot.ToText());
        Assert.Equal(snapshot.ToText(), snapshot.ToString());
    }

    [Fact]
    public void EV108_Json_IsReadBackAsItWas()
    {
        var snapshot = Sample();

        var read = ConcurrencySnapshot.FromJson(snapshot.ToJson());

        Assert.Equal(snapshot.ToText(), read.ToText());
        Assert.Equal(snapshot.ToJson(), read.ToJson());
        Assert.Equal(snapshot.Time, read.Time);
        Assert.Equal("read\ner", read.Roots[0].Children[1].Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"time":"2026-01-02T03:04:05Z","processId":"x","omitted":0}""")]
    [InlineData("""{"time":"yesterday","processId":1,"omitted":0}""")]
    [InlineData("""{"time":"2026-01-02T03:04:05Z","processId":1,"omitted":0,"roots":[{"kind":"a"}]}""")]
    [InlineData("""{"time":"2026-01-02T03:04:05Z","processId":1,"omitted":0,"roots":[{"kind":"a","name":null}]}""")]
    [InlineData("""{"time":"2026-01-02T03:04:05Z","processId":1,"omitted":0,"roots":[{"kind":"a","name":"b","values":[["k"]]}]}""")]
    public void EV108_Json_ThatIsNoSnapshot_IsRefused(string json) =>
        Assert.Contains("not a snapshot", Assert.Throws<FormatException>(() => ConcurrencySnapshot.FromJson(json)).Message, StringComparison.Ordinal);

    private static ConcurrencySnapshot Sample() => new()
    {
        Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        ProcessId = 42,
        Roots =
        [
            new SnapshotNode(
                "executor",
                "loop",
                [new("queued", "3")],
                [new("scope", "ingest", [new("stack", "at A\nat B")], []), new("task", "read\ner", [new("state", "awaiting")], [])]),
            new SnapshotNode("pool", "disk", [], []),
        ],
    };

    private SnapshotNode Root() => Assert.Single(ConcurrencySnapshot.Take().Roots, node => node.Name == _id);

    private sealed class Broken : ILiveObject
    {
        public string Kind => throw new InvalidTimeZoneException();

        public string Name => throw new InvalidTimeZoneException();

        public ILiveObject? Parent => throw new InvalidTimeZoneException();

        public void Describe(LiveDetails details) => throw new WithoutMessage();
    }

    private sealed class WithoutMessage : Exception
    {
        public override string Message => throw new InvalidTimeZoneException();
    }
}
