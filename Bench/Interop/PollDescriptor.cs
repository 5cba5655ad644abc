using System.Runtime.InteropServices;

namespace Concurrency.Bench.Interop;

/// <summary>The kernel's <c>pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public const short Readable = 1;

    public int Descriptor;
    public short Events;
    public short Returned;
}
