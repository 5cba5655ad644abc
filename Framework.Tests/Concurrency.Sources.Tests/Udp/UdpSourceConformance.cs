using System.Net;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Udp;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Udp;

public abstract class UdpSourceConformance : SourceConformance<UdpDatagram>
{
    protected virtual ChannelFullMode FullMode => ChannelFullMode.DropWrite;

    protected virtual bool IsPortable => false;

    // The 40 datagrams of the suite fit into the kernel's buffer, so that none is lost to it either.
    protected override bool KeepsEveryEvent => FullMode == ChannelFullMode.Wait;

    protected override SourceRig<UdpDatagram> CreateRig(int capacity)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, 0);
        var options = new UdpSourceOptions { Capacity = capacity, FullMode = FullMode };
        return new UdpRig(IsPortable ? new UdpSource(endPoint, options, UdpRig.Portable) : new UdpSource(endPoint, options));
    }
}

public sealed class UdpSourceOnCooperative : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;
}

public sealed class UdpSourceOnDedicatedThread : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.DedicatedThread;
}

public sealed class UdpSourceOnPool : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;
}

public sealed class WaitingUdpSourceOnCooperative : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;

    protected override ChannelFullMode FullMode => ChannelFullMode.Wait;
}

public sealed class WaitingUdpSourceOnPool : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;

    protected override ChannelFullMode FullMode => ChannelFullMode.Wait;
}

public sealed class PortableUdpSourceOnCooperative : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;

    protected override bool IsPortable => true;
}

public sealed class PortableUdpSourceOnPool : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;

    protected override bool IsPortable => true;
}

public sealed class PortableWaitingUdpSourceOnDedicatedThread : UdpSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.DedicatedThread;

    protected override bool IsPortable => true;

    protected override ChannelFullMode FullMode => ChannelFullMode.Wait;
}
