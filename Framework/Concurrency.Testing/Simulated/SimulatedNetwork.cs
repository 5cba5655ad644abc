using System.Net;
using System.Net.Sockets;
using Concurrency.Testing.Engine;
using Concurrency.Testing.Faults;

namespace Concurrency.Testing.Simulated;

/// <summary>A network of a simulation: nodes with addresses, and ways between them on which datagrams take time and get lost.</summary>
/// <remarks>All of it happens in virtual time and by choices of the schedule. For the simulation's thread only.</remarks>
public sealed class SimulatedNetwork
{
    private readonly World _world;
    private readonly FaultPlan _plan;
    private readonly Dictionary<string, SimulatedNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, SimulatedNode> _addresses = [];
    private readonly Dictionary<(SimulatedNode From, SimulatedNode To), NetworkLink> _links = [];
    private LinkOptions _usual = new();

    internal SimulatedNetwork(World world, FaultPlan plan)
    {
        _world = world;
        _plan = plan;
    }

    /// <summary>What links are like that <see cref="Link"/> did not describe; for those over which nothing was sent yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The latencies contradict each other.</exception>
    public LinkOptions Usual
    {
        get => _usual;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Validate();
            _usual = value;
        }
    }

    /// <summary>The node of a name; made when it is first asked for, with an address of its own.</summary>
    public SimulatedNode Node(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_nodes.TryGetValue(name, out var node))
        {
            var number = _nodes.Count + 1;
            node = new SimulatedNode(_world, this, name, new IPAddress([10, 0, (byte)(number >> 8), (byte)number]));
            _nodes.Add(name, node);
            _addresses.Add(node.Address, node);
        }

        return node;
    }

    /// <summary>Describes the way between two nodes, in both directions; datagrams that are under way are not changed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The latencies contradict each other.</exception>
    public void Link(SimulatedNode one, SimulatedNode other, LinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        ArgumentNullException.ThrowIfNull(options);
        _links[(one, other)] = new NetworkLink(_world, _plan, options);
        _links[(other, one)] = new NetworkLink(_world, _plan, options);
    }

    /// <summary>Cuts the way between two nodes, in both directions, until <see cref="Repair"/>; what is under way still arrives.</summary>
    public void Partition(SimulatedNode one, SimulatedNode other) => Cut(one, other, isCut: true);

    /// <summary>Ends a <see cref="Partition"/>.</summary>
    public void Repair(SimulatedNode one, SimulatedNode other) => Cut(one, other, isCut: false);

    /// <summary>Sends a copy of a payload on its way.</summary>
    internal SocketError Send(SimulatedPort from, ReadOnlyMemory<byte> payload, IPEndPoint to)
    {
        if (!_addresses.TryGetValue(to.Address, out var node))
        {
            return SocketError.NetworkUnreachable;
        }

        var sender = from.LocalEndPoint!;
        LinkOf(from.Node, node).Carry(payload.ToArray(), arrived =>
        {
            if (node.PortAt(to.Port) is { } port)
            {
                port.Arrive(new Arrival(arrived, sender, SocketError.Success));
            }
            else
            {
                LinkOf(node, from.Node).Refuse(() => from.Arrive(new Arrival([], to, SocketError.ConnectionRefused)));
            }
        });
        return SocketError.Success;
    }

    private void Cut(SimulatedNode one, SimulatedNode other, bool isCut)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        LinkOf(one, other).IsCut = isCut;
        LinkOf(other, one).IsCut = isCut;
    }

    private NetworkLink LinkOf(SimulatedNode from, SimulatedNode to)
    {
        if (!_links.TryGetValue((from, to), out var link))
        {
            _links[(from, to)] = link = new NetworkLink(_world, _plan, Usual);
        }

        return link;
    }
}
