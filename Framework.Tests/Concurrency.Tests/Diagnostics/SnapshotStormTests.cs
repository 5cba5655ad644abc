using Concurrency.Diagnostics;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Diagnostics;

/// <summary>Snapshots while objects come and go on every core.</summary>
public sealed class SnapshotStormTests : IClassFixture<MachineLock>
{
    private readonly string _id = "storm-" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task EV106_Take_WhileObjectsComeAndGo_NeverFails()
    {
        const int Rounds = 2_000;
        var writers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    using var parent = new LiveFake("scope", _id, describe: static details => details.AddPart("task", "part").Add("n", 1));
                    using var child = new LiveFake("scope", _id, parent, static _ => throw new InvalidTimeZoneException("storm"));
                    parent.Parent = child;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        var all = Task.WhenAll(writers);

        var taken = 0;
        do
        {
            Assert.NotEmpty(ConcurrencySnapshot.Take().ToText());
            taken++;
        }
        while (!all.IsCompleted || taken < 3);

        await all.Within("the storm");
        Assert.DoesNotContain(ConcurrencySnapshot.Take().All(), node => node.Name == _id);
    }
}
