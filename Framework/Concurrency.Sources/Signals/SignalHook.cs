using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Concurrency.Sources.Interop;

namespace Concurrency.Sources.Signals;

/// <summary>Our function on the runtime's own signal thread, in front of the runtime's.</summary>
/// <remarks>
/// <para>The runtime's signal handlers write the number into a pipe; one thread reads it and calls a function for it,
/// by default CoreLib's, which hands the registrations to the thread pool. We put ours in that place: it counts the
/// signals that sources take, wakes their pumps and then calls CoreLib's, so that registrations of others work as before.</para>
/// <para>The wake-up goes straight to the pump's executor instead of through an eventfd of our own: the executor's
/// queue wakes its thread in the same way, on every kind of executor, and one system call and one hop are saved.</para>
/// <para>Whether our function is called is known for certain at its first call, and it is always called before
/// CoreLib's: the registrations count a signal only if ours has never run. So no signal is counted twice or not at all,
/// whatever the self-test said.</para>
/// </remarks>
internal static unsafe class SignalHook
{
    private static delegate* unmanaged<int, int, int> s_runtime;
    private static Func<int, bool>? s_record;
    private static volatile bool s_hasRun;

    // Continuations run on the signal thread up to the post to the pump's executor: the thread pool may be starved.
    private static readonly TaskCompletionSource s_probe = new();

    /// <summary>Whether this process may have the hook: a switch of the host or a test can keep it away before the first start.</summary>
    public static bool IsWanted => OperatingSystem.IsLinux()
        && RuntimeFeature.IsDynamicCodeSupported
        && !(AppContext.TryGetSwitch("Concurrency.Sources.DisableSignalHook", out var disabled) && disabled);

    /// <summary>Whether the hook has been called: from then on it counts, and the registrations do not.</summary>
    public static bool HasRun => s_hasRun;

    /// <summary>Puts our function in place if this runtime has the place as we know it.</summary>
    /// <param name="record">Called on the signal thread with each signal's number; says whether a source takes it.</param>
    /// <remarks>Call once, after CoreLib has put its own function there, which it does with its first registration.</remarks>
    public static bool TryInstall(Func<int, bool> record)
    {
        s_runtime = (delegate* unmanaged<int, int, int>)FindRuntimeHandler();
        if (s_runtime is null)
        {
            return false;
        }

        s_record = record;
        try
        {
            SignalNative.SetPosixSignalHandler(&OnSignal);
            return true;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Completes when our function was called for the signal of <see cref="Probe"/>.</summary>
    public static Task Probed => s_probe.Task;

    /// <summary>Sends this process a SIGURG, which does nothing by default and needs a registration to be seen.</summary>
    public static void Probe() => _ = SignalNative.Kill(Environment.ProcessId, SignalNumbers.Urgent);

    /// <summary>CoreLib's function, if it still has the name and the shape that the native side calls.</summary>
    [DynamicDependency("OnPosixSignal", typeof(PosixSignalRegistration))]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The method is kept by the DynamicDependency.")]
    private static nint FindRuntimeHandler()
    {
        var method = typeof(PosixSignalRegistration).GetMethod(
            "OnPosixSignal", BindingFlags.Static | BindingFlags.NonPublic, [typeof(int), typeof(PosixSignal)]);
        var fits = method is not null
            && method.ReturnType == typeof(int)
            && method.IsDefined(typeof(UnmanagedCallersOnlyAttribute), inherit: false);
        return fits ? method!.MethodHandle.GetFunctionPointer() : 0;
    }

    [UnmanagedCallersOnly]
    private static int OnSignal(int number, int signal)
    {
        var taken = false;
        try
        {
            s_hasRun = true;
            var probed = number == SignalNumbers.Urgent && s_probe.TrySetResult();
            taken = !probed && s_record!(number);
        }
        catch (Exception)
        {
            // An exception here would end the process. What can throw is a custom clock; the runtime still gets the signal.
        }

        return s_runtime(number, signal) | (taken ? 1 : 0);
    }
}
