using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>An epoll descriptor and an eventfd that ends its wait from another thread.</summary>
/// <remarks>
/// Everything is edge-triggered: the eventfd is never read, because each write to it is a new edge.
/// One thread waits; <see cref="Wake"/>, <see cref="Add"/> and <see cref="Remove"/> may be called from any thread until disposal.
/// </remarks>
internal sealed unsafe class EpollSet : IDisposable
{
    /// <summary>The key under which the wake-up is reported; it is never handed out.</summary>
    public const ulong WakeKey = 0;

    private const int Capacity = 128;

    // The kernel packs the structure on x86-64 only.
    private static readonly int s_keyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int s_stride = s_keyOffset + sizeof(ulong);

    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(Capacity * s_stride));
    private readonly int _epoll;
    private readonly int _wake;
    private int _users;
    private volatile bool _closed;

    public EpollSet()
    {
        _epoll = LibC.CreateEpoll();
        _wake = _epoll < 0 ? -1 : LibC.CreateEvent();
        if (_wake < 0 || Control(LibC.EPollAdd, _wake, WakeKey) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            Dispose();
            throw new IOException($"The kernel refused an epoll set ({ErrorText(error)}). Raise the limit of open files.");
        }
    }

    /// <summary>Registers a descriptor for input and hang-up.</summary>
    /// <returns>Zero, or the error number.</returns>
    public int Add(int descriptor, ulong key)
    {
        try
        {
            return !Enter() || Control(LibC.EPollAdd, descriptor, key) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        finally
        {
            Interlocked.Decrement(ref _users);
        }
    }

    public void Remove(int descriptor)
    {
        if (Enter())
        {
            _ = LibC.ControlEpoll(_epoll, LibC.EPollRemove, descriptor, null);
        }

        Interlocked.Decrement(ref _users);
    }

    public void Wake()
    {
        if (Enter())
        {
            // The counter is 64 bits wide: it cannot fill, so the write cannot fail.
            _ = LibC.WriteEvent(_wake);
        }

        Interlocked.Decrement(ref _users);
    }

    /// <summary>Waits for events and returns their number; an interrupted wait returns none.</summary>
    /// <param name="milliseconds">-1 waits without limit, 0 only looks.</param>
    public int Wait(int milliseconds) => Math.Max(0, LibC.WaitEpoll(_epoll, _events, Capacity, milliseconds));

    /// <summary>The key of an event of the last <see cref="Wait"/>.</summary>
    public ulong KeyOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Capacity);
        return *(ulong*)(_events + (index * s_stride) + s_keyOffset);
    }

    public void Dispose()
    {
        // A descriptor number is reused at once: nobody may still be about to write to it.
        _closed = true;
        Interlocked.MemoryBarrier();
        var spinner = new SpinWait();
        while (Volatile.Read(ref _users) != 0)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        if (_wake >= 0)
        {
            _ = LibC.Close(_wake);
        }

        if (_epoll >= 0)
        {
            _ = LibC.Close(_epoll);
        }

        NativeMemory.Free(_events);
    }

    internal static string ErrorText(int error) => Marshal.GetPInvokeErrorMessage(error);

    private bool Enter()
    {
        Interlocked.Increment(ref _users);
        return !_closed;
    }

    private int Control(int operation, int descriptor, ulong key)
    {
        var entry = stackalloc byte[16];
        *(uint*)entry = LibC.EPollIn | LibC.EPollReadHangUp | LibC.EPollEdgeTriggered;
        *(ulong*)(entry + s_keyOffset) = key;
        return LibC.ControlEpoll(_epoll, operation, descriptor, entry);
    }
}
