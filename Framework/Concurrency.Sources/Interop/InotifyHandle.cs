using Microsoft.Win32.SafeHandles;

namespace Concurrency.Sources.Interop;

/// <summary>An inotify descriptor.</summary>
internal sealed class InotifyHandle : SafeHandleMinusOneIsInvalid
{
    public InotifyHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle() => Inotify.Close(handle) == 0;
}
