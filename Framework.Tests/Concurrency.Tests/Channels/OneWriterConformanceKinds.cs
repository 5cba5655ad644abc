using System.Threading.Channels;
using Concurrency.Channels;

namespace Concurrency.Tests.Channels;

public sealed class WorkQueueConformance : ChannelConformance
{
    protected override Type ClosedError => typeof(QueueShutDownException);

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>()
    {
        var queue = new WorkQueue<T>(8);
        return new Ends<T>(queue.Reader, queue.Writer);
    }
}

public sealed class WorkQueueRendezvousConformance : ChannelConformance
{
    protected override Type ClosedError => typeof(QueueShutDownException);

    protected override bool Buffers => false;

    protected override int Capacity => 0;

    protected override Channel<T> Create<T>()
    {
        var queue = new WorkQueue<T>(0);
        return new Ends<T>(queue.Reader, queue.Writer);
    }
}

/// <summary>A broadcast with one subscriber is a channel.</summary>
public abstract class BroadcastConformance(ChannelFullMode mode) : ChannelConformance
{
    protected override bool WritersWaitInTasks => true;

    protected override bool WaitsWhenFull => mode == ChannelFullMode.Wait;

    protected override bool DropsWhenFull => mode is ChannelFullMode.DropNewest or ChannelFullMode.DropOldest or ChannelFullMode.DropWrite;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>()
    {
        var broadcast = Make<T>();
        return new Ends<T>(broadcast.Subscribe(new BoundedChannelPolicy(8) { FullMode = mode }).Reader, broadcast.Writer);
    }

    protected virtual BroadcastChannel<T> Make<T>() => BroadcastChannel.Create<T>(waitForSubscribers: true);
}

public sealed class CopyingWaitConformance() : BroadcastConformance(ChannelFullMode.Wait);

public sealed class CopyingDropNewestConformance() : BroadcastConformance(ChannelFullMode.DropNewest);

public sealed class CopyingDropOldestConformance() : BroadcastConformance(ChannelFullMode.DropOldest);

public sealed class RoundRobinWaitConformance() : BroadcastConformance(ChannelFullMode.Wait)
{
    protected override BroadcastChannel<T> Make<T>() => BroadcastChannel.CreateRoundRobin<T>(waitForSubscribers: true);
}

public sealed class RoundRobinRejectConformance() : BroadcastConformance(ChannelFullMode.Reject)
{
    protected override BroadcastChannel<T> Make<T>() => BroadcastChannel.CreateRoundRobin<T>();
}

public sealed class ByKeyWaitConformance() : BroadcastConformance(ChannelFullMode.Wait)
{
    protected override BroadcastChannel<T> Make<T>() => BroadcastChannel.CreateByKey((T _) => 0, waitForSubscribers: true);
}

public sealed class ByKeyRejectConformance() : BroadcastConformance(ChannelFullMode.Reject)
{
    protected override BroadcastChannel<T> Make<T>() => BroadcastChannel.CreateByKey((T _) => 0);
}

public sealed class WatchConformance : ChannelConformance
{
    protected override bool WaitsWhenFull => false;

    protected override bool DropsWhenFull => true;

    protected override int Capacity => 1;

    protected override Channel<T> Create<T>()
    {
        var watched = new WatchChannel<T>(default!);
        return new Ends<T>(watched.Subscribe().Reader, watched.Writer);
    }
}

/// <summary>The two ends of something that is not a channel itself.</summary>
internal sealed class Ends<T> : Channel<T>
{
    public Ends(ChannelReader<T> reader, ChannelWriter<T> writer) => (Reader, Writer) = (reader, writer);
}
