using Concurrency.Execution;

namespace Concurrency.Tests.Executors;

public sealed class DueQueueTests
{
    [Theory]
    [InlineData(5, 3)]
    [InlineData(6, 10)]
    [InlineData(7, 400)]
    public void Random_operations_yield_due_times_in_order_and_first_in_first_out(int seed, int delays)
    {
        var queue = new DueQueue();
        var random = new Random(seed);
        var model = new List<Item>();
        var now = 0;
        for (var step = 0; step < 6_000; step++)
        {
            // Phases of growth and of decline, so that lines run empty and begin anew.
            if (random.Next(8) < (step / 700 % 2 == 0 ? 5 : 3))
            {
                var item = new Item();
                queue.Add(item, now + (random.Next(delays) * 20));
                model.Add(item);
            }
            else if (model.Count > 0)
            {
                var leaving = random.Next(2) == 0 ? (Item)queue.First! : model[random.Next(model.Count)];
                queue.Remove(leaving);
                queue.Remove(leaving);
                Assert.False(leaving.IsQueued);
                model.Remove(leaving);
            }

            now += random.Next(3);
            Assert.Equal(model.Count, queue.Count);
            Assert.Same(model.OrderBy(item => item.Due).ThenBy(item => item.Order).FirstOrDefault(), queue.First);
        }
    }

    [Fact]
    public void Remove_FromTheMiddleOfManyWithOneDelay_FreesTheirMemoryAndKeepsTheOrder()
    {
        var queue = new DueQueue();
        var kept = new List<Item>();
        for (var i = 0; i < 100_000; i++)
        {
            var item = new Item();
            queue.Add(item, i + 1000);
            if (i % 100 == 0)
            {
                kept.Add(item);
            }
            else
            {
                queue.Remove(item);
            }
        }

        foreach (var item in kept)
        {
            Assert.Same(item, queue.First);
            queue.Remove(item);
        }

        Assert.Null(queue.First);
        Assert.Equal(0, queue.Count);
    }

    private sealed class Item : DueItem
    {
    }
}
