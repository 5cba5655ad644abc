using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Concurrency.Sources.Interop;

/// <summary>Receives several datagrams with one system call (Linux), into memory of its own.</summary>
internal sealed unsafe partial class ReceiveBatch : IDisposable
{
    private const int DoNotWait = 0x40;
    private const int Truncation = 0x20;
    private const int AddressSize = 28;

    private readonly int _datagramSize;
    private ReceivedMessage* _messages;
    private Segment* _segments;
    private byte* _addresses;
    private byte* _payloads;

    /// <param name="count">Datagrams per call.</param>
    /// <param name="datagramSize">Bytes kept of each.</param>
    public ReceiveBatch(int count, int datagramSize)
    {
        Count = count;
        _datagramSize = datagramSize;
        _messages = (ReceivedMessage*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(ReceivedMessage));
        _segments = (Segment*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(Segment));
        _addresses = (byte*)NativeMemory.AllocZeroed((nuint)count, AddressSize);

        // Pages that no datagram reaches are never touched, so room for the largest costs nothing until one comes.
        _payloads = (byte*)NativeMemory.Alloc((nuint)count, (nuint)datagramSize);
        for (var i = 0; i < count; i++)
        {
            _segments[i] = new Segment { Base = _payloads + ((nint)i * datagramSize), Length = (nuint)datagramSize };
            _messages[i].Header.Name = _addresses + (i * AddressSize);
            _messages[i].Header.Segments = _segments + i;
            _messages[i].Header.SegmentCount = 1;
        }
    }

    ~ReceiveBatch() => Free();

    public int Count { get; }

    /// <summary>Receives what is there, without waiting.</summary>
    /// <returns>The number of datagrams; 0 if there is none.</returns>
    /// <exception cref="SocketException">The kernel reported an error instead of a datagram.</exception>
    public int Receive(SafeSocketHandle socket, int max)
    {
        ObjectDisposedException.ThrowIf(_messages is null, this);
        for (var i = 0; i < max; i++)
        {
            _messages[i].Header.NameLength = AddressSize;
        }

        var count = ReceiveMany(socket, _messages, (uint)max, DoNotWait, 0);
        if (count >= 0)
        {
            return count;
        }

        var error = Errno.ToSocketError(Marshal.GetLastPInvokeError());
        return error == SocketError.WouldBlock ? 0 : throw new SocketException((int)error);
    }

    public ReadOnlySpan<byte> Payload(int index) => new(_segments[index].Base, (int)Math.Min(_messages[index].Length, (uint)_datagramSize));

    public ReadOnlySpan<byte> Address(int index) => new(_messages[index].Header.Name, (int)Math.Min(_messages[index].Header.NameLength, AddressSize));

    public bool IsTruncated(int index) => (_messages[index].Header.Flags & Truncation) != 0;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    private static partial int ReceiveMany(SafeSocketHandle socket, ReceivedMessage* messages, uint count, int flags, nint timeout);

    private void Free()
    {
        NativeMemory.Free(_messages);
        NativeMemory.Free(_segments);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_payloads);
        _messages = null;
        _segments = null;
        _addresses = null;
        _payloads = null;
    }

    /// <summary>The kernel's <c>mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ReceivedMessage
    {
        public MessageHeader Header;
        public uint Length;
    }

    /// <summary>The kernel's <c>msghdr</c>; sequential layout with native integers matches it on 32 and 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public Segment* Segments;
        public nuint SegmentCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Segment
    {
        public byte* Base;
        public nuint Length;
    }
}
