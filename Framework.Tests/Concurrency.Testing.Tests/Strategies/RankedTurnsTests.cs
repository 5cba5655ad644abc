using Concurrency.Testing.Choices;
using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Tests.Strategies;

public sealed class RankedTurnsTests
{
    [Fact]
    public void First_AfterManyChanges_IsWhatAScanFinds()
    {
        var draws = new Prng(5);
        var ready = new ReadySet();
        var ranked = new RankedTurns();
        for (var change = 0; change < 20_000; change++)
        {
            if (ready.Count == 0 || draws.Below(100) < 40)
            {
                var item = new ReadyItem { Priority = draws.Below(50) };
                ready.Add(item);
                ranked.Add(item);
            }
            else if (draws.Below(100) < 30)
            {
                var item = ready[draws.Below(ready.Count)];
                item.Priority = draws.Below(50);
                ranked.Add(item);
            }
            else
            {
                ready.Take(draws.Below(100) < 70 ? ready.IndexOf(ranked.First(ready)) : draws.Below(ready.Count));
            }

            if (ready.Count > 0)
            {
                Assert.Same(Scanned(ready), ranked.First(ready));
            }
        }
    }

    [Fact]
    public void IndexOf_EachTurn_IsItsPlaceAndMinusOneOnceItIsTaken()
    {
        var draws = new Prng(6);
        var ready = new ReadySet();
        var gone = new ReadyItem();
        ready.Add(gone);
        ready.Take(0);
        for (var round = 0; round < 2_000; round++)
        {
            ready.Add(new ReadyItem());
            if (draws.Below(3) == 0)
            {
                gone = ready.Take(draws.Below(ready.Count));
            }

            Assert.Equal(-1, ready.IndexOf(gone));
            if (ready.Count > 0)
            {
                var index = draws.Below(ready.Count);
                Assert.Equal(index, ready.IndexOf(ready[index]));
            }
        }
    }

    private static ReadyItem Scanned(ReadySet ready)
    {
        var best = ready[0];
        foreach (var item in ready.Items)
        {
            best = item.Priority > best.Priority ? item : best;
        }

        return best;
    }
}
