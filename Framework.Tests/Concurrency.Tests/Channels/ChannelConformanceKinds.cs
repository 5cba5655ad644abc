using System.Threading.Channels;
using Concurrency.Channels;

namespace Concurrency.Tests.Channels;

public sealed class RendezvousConformance : ChannelConformance
{
    protected override bool Buffers => false;

    protected override int Capacity => 0;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(0);
}

public sealed class RejectingRendezvousConformance : ChannelConformance
{
    protected override bool Buffers => false;

    protected override bool WaitsWhenFull => false;

    protected override int Capacity => 0;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(0) { FullMode = ChannelFullMode.Reject });
}

public sealed class CapacityOneConformance : ChannelConformance
{
    protected override int Capacity => 1;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(1);
}

public sealed class CapacityEightConformance : ChannelConformance
{
    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(8);
}

public sealed class NamedConformance : ChannelConformance
{
    protected override int Capacity => 3;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(3) { Name = nameof(NamedConformance) });
}

public sealed class RejectConformance : ChannelConformance
{
    protected override bool WaitsWhenFull => false;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(8) { FullMode = ChannelFullMode.Reject });
}

public sealed class DropNewestConformance : ChannelConformance
{
    protected override bool WaitsWhenFull => false;

    protected override bool DropsWhenFull => true;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(8) { FullMode = ChannelFullMode.DropNewest });
}

public sealed class DropOldestConformance : ChannelConformance
{
    protected override bool WaitsWhenFull => false;

    protected override bool DropsWhenFull => true;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(8) { FullMode = ChannelFullMode.DropOldest });
}

public sealed class DropWriteConformance : ChannelConformance
{
    protected override bool WaitsWhenFull => false;

    protected override bool DropsWhenFull => true;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => BoundedChannel.Create<T>(new BoundedChannelPolicy(8) { FullMode = ChannelFullMode.DropWrite });
}

public sealed class ConflatingUniqueKeysConformance : ChannelConformance
{
    protected override int Capacity => 8;

    protected override Channel<T> Create<T>()
    {
        var next = 0;
        return BoundedChannel.CreateConflating<T, int>(8, _ => Interlocked.Increment(ref next));
    }
}

public sealed class MergingUniqueKeysConformance : ChannelConformance
{
    protected override int Capacity => 1;

    protected override Channel<T> Create<T>()
    {
        var next = 0;
        return BoundedChannel.CreateConflating<T, int>(1, _ => Interlocked.Increment(ref next), (_, written) => written);
    }
}

/// <summary>Shows that the suite asks for nothing that the BCL does not keep.</summary>
public sealed class InBoxConformance : ChannelConformance
{
    protected override bool FlowsContextWhenLate => false;

    protected override int Capacity => 8;

    protected override Channel<T> Create<T>() => Channel.CreateBounded<T>(8);
}
