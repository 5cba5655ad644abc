using System.Runtime.InteropServices;

namespace Concurrency.Sources.Interop;

/// <summary>The runtime's native signal hook and the call that sends a signal.</summary>
internal static unsafe partial class SignalNative
{
    /// <summary>Replaces the function that the runtime's signal thread calls for each signal with a registration.</summary>
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_SetPosixSignalHandler")]
    public static partial void SetPosixSignalHandler(delegate* unmanaged<int, int, int> handler);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);
}
