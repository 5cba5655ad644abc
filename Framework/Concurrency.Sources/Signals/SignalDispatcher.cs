using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Sources.Signals;

/// <summary>The process's one table of who takes which signal.</summary>
/// <remarks>
/// Per number there is one <see cref="PosixSignalRegistration"/>, shared by all sources: it makes the kernel deliver the
/// signal, cancels its default action, and counts it where the hook does not.
/// </remarks>
internal static class SignalDispatcher
{
    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(1);
    private static readonly Lock s_gate = new();
    private static readonly Lock s_fallback = new();
    private static readonly SignalInbox[]?[] s_takers = new SignalInbox[]?[SignalNumbers.Highest + 1];
    private static readonly PosixSignalRegistration?[] s_registrations = new PosixSignalRegistration?[SignalNumbers.Highest + 1];
    private static bool? s_installed;
    private static PosixSignalRegistration? s_urgent;

    /// <summary>Waits for the end of the self-test, whose result <see cref="SignalHook.HasRun"/> tells.</summary>
    public static async ValueTask TestAsync()
    {
        try
        {
            if (s_installed == true)
            {
                await SignalHook.Probed.WaitAsync(s_probeLimit, TimeProvider.System)
                    .ConfigureAwait(Executor.Current is not null);
            }
        }
        catch (TimeoutException)
        {
            // Not seen in time, which a loaded machine explains too: the first signal that the hook sees sets it right.
        }

        lock (s_gate)
        {
            s_urgent?.Dispose();
            s_urgent = null;
        }
    }

    /// <summary>Gives an inbox the signals of some numbers from now on.</summary>
    public static void Add(SignalInbox inbox, int[] numbers)
    {
        lock (s_gate)
        {
            // The hook comes first: a signal that the runtime took before and handed to the pool would be ignored there after.
            s_installed ??= Install();
            foreach (var number in numbers)
            {
                Volatile.Write(ref s_takers[number], [.. s_takers[number] ?? [], inbox]);
                s_registrations[number] ??= Register(number);
            }
        }
    }

    /// <summary>Takes the signals away again; the disposition of a number that nobody takes any more is restored.</summary>
    public static void Remove(SignalInbox inbox, int[] numbers)
    {
        lock (s_gate)
        {
            foreach (var number in numbers)
            {
                var rest = (s_takers[number] ?? []).Where(taker => taker != inbox).ToArray();
                if (rest.Length == 0)
                {
                    s_registrations[number]?.Dispose();
                    s_registrations[number] = null;
                }

                Volatile.Write(ref s_takers[number], rest.Length == 0 ? null : rest);
            }
        }
    }

    /// <summary>Counts a signal for each source that takes it; runs on the signal thread, or under a lock in its place.</summary>
    public static bool Record(int number)
    {
        var taken = false;
        if ((uint)number <= SignalNumbers.Highest && Volatile.Read(ref s_takers[number]) is { } takers)
        {
            foreach (var taker in takers)
            {
                taken |= taker.Record(number);
            }
        }

        return taken;
    }

    private static PosixSignalRegistration Register(int number) =>
        PosixSignalRegistration.Create(SignalNumbers.SignalOf(number), context =>
        {
            context.Cancel = true;
            if (!SignalHook.HasRun)
            {
                lock (s_fallback)
                {
                    Record(number);
                }
            }
        });

    private static bool Install()
    {
        if (!SignalHook.IsWanted)
        {
            return false;
        }

        // Any registration makes CoreLib install its own function, which ours has to follow; this one is also the self-test's.
        s_urgent = PosixSignalRegistration.Create((PosixSignal)SignalNumbers.Urgent, static context => context.Cancel = true);
        if (!SignalHook.TryInstall(Record))
        {
            return false;
        }

        SignalHook.Probe();
        return true;
    }
}
