using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Sources.Udp;

/// <summary>Makes the receiver that suits the platform; tests put others in its place.</summary>
internal delegate DatagramReceiver ReceiverFactory(Socket socket, Executor executor, int datagramSize);
