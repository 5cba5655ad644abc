using System.Threading.Channels;
using Concurrency.Channels;

namespace Concurrency.Tests.Channels;

public sealed class NewestFirstConformance : ChannelConformance
{
    protected override bool NewestFirst => true;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(8) { Order = ChannelOrder.NewestFirst });
}

/// <summary>Among equal priorities a channel with priorities is one without.</summary>
public abstract class EqualPrioritiesConformance(ChannelFullMode mode) : ChannelConformance
{
    protected override bool WaitsWhenFull => mode == ChannelFullMode.Wait;

    protected override bool DropsWhenFull => mode is ChannelFullMode.DropNewest or ChannelFullMode.DropOldest or ChannelFullMode.DropWrite;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() =>
        BoundedChannel.CreatePrioritized(new BoundedChannelPolicy(8) { FullMode = mode }, (T _) => 0);
}

public sealed class EqualPrioritiesWaitConformance() : EqualPrioritiesConformance(ChannelFullMode.Wait);

public sealed class EqualPrioritiesRejectConformance() : EqualPrioritiesConformance(ChannelFullMode.Reject);

public sealed class EqualPrioritiesDropNewestConformance() : EqualPrioritiesConformance(ChannelFullMode.DropNewest);

public sealed class EqualPrioritiesDropOldestConformance() : EqualPrioritiesConformance(ChannelFullMode.DropOldest);

public sealed class EqualPrioritiesDropWriteConformance() : EqualPrioritiesConformance(ChannelFullMode.DropWrite);

public sealed class RisingPrioritiesConformance : ChannelConformance
{
    protected override int Capacity => 8;

    protected override Channel<T> Create<T>()
    {
        var next = 0;
        return BoundedChannel.CreatePrioritized(8, (T _) => Interlocked.Increment(ref next));
    }
}

/// <summary>With a limit of 0 overtakings, priorities that would turn the order round change nothing.</summary>
public sealed class NobodyOvertakesConformance : ChannelConformance
{
    protected override int Capacity => 8;

    protected override Channel<T> Create<T>()
    {
        var next = 0;
        return BoundedChannel.CreatePrioritized(new BoundedChannelPolicy(8) { OvertakeLimit = 0 }, (T _) => Interlocked.Decrement(ref next));
    }
}

public sealed class GrownConformance : ChannelConformance
{
    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => Resized<T>(3, 8);

    internal static BoundedChannel<T> Resized<T>(int from, int to)
    {
        var channel = BoundedChannel.Create<T>(from);
        channel.Resize(to);
        return channel;
    }
}

public sealed class ShrunkConformance : ChannelConformance
{
    protected override int Capacity => 2;

    protected override Channel<T> Create<T>() => GrownConformance.Resized<T>(8, 2);
}

public sealed class GrownRendezvousConformance : ChannelConformance
{
    protected override int Capacity => 4;

    protected override Channel<T> Create<T>() => GrownConformance.Resized<T>(0, 4);
}

public sealed class ShrunkToRendezvousConformance : ChannelConformance
{
    protected override bool Buffers => false;

    protected override int Capacity => 0;

    protected override Channel<T> Create<T>() => GrownConformance.Resized<T>(4, 0);
}
