using System.Runtime.InteropServices;

namespace Concurrency.Interop;

/// <summary>The calls into the C library of this assembly.</summary>
internal static partial class LibC
{
    public const int EPollIn = 0x001;
    public const int EPollReadHangUp = 0x2000;
    public const uint EPollEdgeTriggered = 1u << 31;
    public const int EPollAdd = 1;
    public const int EPollRemove = 2;

    public const int ErrorInterrupted = 4;
    public const int ErrorNoEntry = 2;
    public const int ErrorNotPermitted = 1;
    public const int ErrorBadDescriptor = 9;
    public const int ErrorAccess = 13;
    public const int ErrorExists = 17;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int PriorityOfThread = 0;

    public static int CreateEpoll() => epoll_create1(CloseOnExec);

    public static int CreateEvent() => eventfd(0, CloseOnExec | NonBlocking);

    public static unsafe int ControlEpoll(int epoll, int operation, int descriptor, byte* epollEvent) =>
        epoll_ctl(epoll, operation, descriptor, epollEvent);

    public static unsafe int WaitEpoll(int epoll, byte* events, int capacity, int milliseconds) =>
        epoll_wait(epoll, events, capacity, milliseconds);

    public static unsafe nint WriteEvent(int descriptor)
    {
        ulong one = 1;
        return write(descriptor, &one, sizeof(ulong));
    }

    public static int Close(int descriptor) => close(descriptor);

    public static int ThreadId() => gettid();

    public static int SetNice(int threadId, int nice) => setpriority(PriorityOfThread, (uint)threadId, nice);

    public static int GetNice(int threadId) => getpriority(PriorityOfThread, (uint)threadId);

    public static unsafe int SetAffinity(int threadId, ReadOnlySpan<byte> mask)
    {
        fixed (byte* bits = mask)
        {
            return sched_setaffinity(threadId, (nuint)mask.Length, bits);
        }
    }

    public static unsafe int GetAffinity(int threadId, Span<byte> mask)
    {
        fixed (byte* bits = mask)
        {
            return sched_getaffinity(threadId, (nuint)mask.Length, bits);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(int epoll, int operation, int descriptor, byte* epollEvent);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(int epoll, byte* events, int capacity, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(int descriptor, void* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int gettid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setpriority(int which, uint who, int priority);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getpriority(int which, uint who);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int sched_setaffinity(int threadId, nuint size, byte* mask);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int sched_getaffinity(int threadId, nuint size, byte* mask);
}
