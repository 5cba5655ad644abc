using System.Net;

namespace Concurrency.Testing.Simulated;

/// <summary>A datagram that a <see cref="SimulatedUdpClient"/> received.</summary>
/// <param name="Payload">Its bytes.</param>
/// <param name="RemoteEndPoint">Where it came from.</param>
public readonly record struct SimulatedDatagram(ReadOnlyMemory<byte> Payload, IPEndPoint RemoteEndPoint);
