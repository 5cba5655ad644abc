using System.Net;
using System.Net.Sockets;

namespace Concurrency.Testing.Simulated;

/// <summary>What came to a port: a datagram, or an error instead of one.</summary>
internal readonly record struct Arrival(byte[] Payload, IPEndPoint From, SocketError Error);
