using System.Net;
using Concurrency.Sources.Udp;
using Concurrency.Testing.Engine;

namespace Concurrency.Testing.Simulated;

/// <summary>A machine on a <see cref="SimulatedNetwork"/>, with an address and ports.</summary>
public sealed class SimulatedNode
{
    private const int FirstFreePort = 49152;

    private readonly World _world;
    private readonly Dictionary<int, SimulatedPort> _ports = [];
    private int _nextPort = FirstFreePort;

    internal SimulatedNode(World world, SimulatedNetwork network, string name, IPAddress address)
    {
        _world = world;
        Network = network;
        Name = name;
        Address = address;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its address on the network.</summary>
    public IPAddress Address { get; }

    internal SimulatedNetwork Network { get; }

    /// <summary>Makes a source of the datagrams that come to one of the node's ports: the real <see cref="UdpSource"/> on this network.</summary>
    /// <param name="port">The port; 0 picks a free one.</param>
    /// <param name="options">How to receive; null for the defaults. There is no socket for <see cref="UdpSourceOptions.ConfigureSocket"/>, which is not called.</param>
    public UdpSource CreateUdpSource(int port = 0, UdpSourceOptions? options = null)
    {
        var endPoint = new IPEndPoint(Address, port);
        options ??= new UdpSourceOptions();
        return new UdpSource(endPoint, options, name => new SimulatedPort(_world, this, name, port, options.MaxDatagramSize));
    }

    /// <summary>Makes a client that sends from a port of the node and receives there.</summary>
    /// <param name="port">The port; 0 picks a free one.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public SimulatedUdpClient CreateUdpClient(int port = 0) =>
        new(new SimulatedPort(_world, this, $"client on {Name}", port, UdpSourceOptions.LargestDatagram));

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Address})";

    internal SimulatedPort? PortAt(int number) => _ports.GetValueOrDefault(number);

    /// <summary>Gives a port its number.</summary>
    internal int Take(SimulatedPort port, string user, int number)
    {
        while (number == 0)
        {
            if (!_ports.ContainsKey(_nextPort))
            {
                number = _nextPort;
            }

            _nextPort = _nextPort == IPEndPoint.MaxPort ? FirstFreePort : _nextPort + 1;
        }

        return _ports.TryAdd(number, port) ? number : throw new IOException(
            $"The source '{user}' cannot receive on {Address}:{number}: the address is in use. "
            + "Choose another port (port 0 picks a free one), or dispose what uses it.");
    }

    internal void Release(SimulatedPort port, int number)
    {
        if (ReferenceEquals(_ports.GetValueOrDefault(number), port))
        {
            _ports.Remove(number);
        }
    }
}
