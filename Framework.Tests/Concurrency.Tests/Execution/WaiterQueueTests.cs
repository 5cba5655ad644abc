using Concurrency.Execution;

namespace Concurrency.Tests.Execution;

public sealed class WaiterQueueTests
{
    private readonly WaiterQueue _queue = new();

    [Fact]
    public void Dequeue_Several_ComeInTheOrderOfArrival()
    {
        var nodes = Enqueue(3);

        Assert.Equal(nodes, [_queue.Dequeue(), _queue.Dequeue(), _queue.Dequeue()]);
        Assert.True(_queue.IsEmpty);
        Assert.Equal(0, _queue.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Remove_FromAnyPlace_TheOthersKeepTheirOrderAndNewOnesComeBehind(int place)
    {
        var nodes = Enqueue(3);
        _queue.Remove(nodes[place]);
        var late = Enqueue(1)[0];

        Assert.Equal(3, _queue.Count);
        Node[] expected = [.. nodes.Where((_, index) => index != place), late];
        Assert.Equal(expected, [_queue.Dequeue(), _queue.Dequeue(), _queue.Dequeue()]);
    }

    [Fact]
    public void Remove_TheOnlyOne_TheQueueIsAsNew()
    {
        _queue.Remove(Enqueue(1)[0]);
        Assert.True(_queue.IsEmpty);

        var next = Enqueue(2);
        Assert.Same(next[0], _queue.Head);
        Assert.Equal(next, [_queue.Dequeue(), _queue.Dequeue()]);
    }

    [Fact]
    public void Node_ThroughItsLife_KnowsItsQueueAndLetsGoOfItsNeighbours()
    {
        var nodes = Enqueue(3);
        Assert.All(nodes, node => Assert.Same(_queue, node.Queue));
        Assert.All(nodes, node => Assert.Equal(WaiterState.Queued, node.State));

        _queue.Remove(nodes[1]);

        Assert.Equal((null, null, null), (nodes[1].Queue, nodes[1].Next, nodes[1].Previous));
        Assert.Equal(WaiterState.Settled, nodes[1].State);
    }

    [Fact]
    public void Chain_Publish_GoesInOrderAndANodeMayBeQueuedAgainMeanwhile()
    {
        var chain = default(WaiterChain);
        Assert.True(chain.IsEmpty);
        var published = new List<Node>();
        var nodes = Enqueue(3);
        foreach (var node in nodes)
        {
            chain.Add(_queue.Dequeue());
            node.Published = () =>
            {
                published.Add(node);
                node.State = WaiterState.Idle;
                _queue.Enqueue(node);
            };
        }

        Assert.False(chain.IsEmpty);
        chain.Publish();

        Assert.Equal(nodes, published);
        Assert.Equal(3, _queue.Count);
    }

    private Node[] Enqueue(int count)
    {
        var nodes = new Node[count];
        for (var index = 0; index < count; index++)
        {
            _queue.Enqueue(nodes[index] = new Node());
        }

        return nodes;
    }

    private sealed class Node : WaiterNode
    {
        public Action Published { get; set; } = () => { };

        internal override void Publish() => Published();
    }
}
