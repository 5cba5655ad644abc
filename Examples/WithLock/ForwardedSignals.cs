using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Concurrency.Examples.WithLock;

/// <summary>What would end this program: it ends the wait for the lock, and later goes to the command, which decides.</summary>
internal sealed partial class ForwardedSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number, bool IsFromTerminal)[] s_signals =
    [
        (PosixSignal.SIGHUP, 1, false), (PosixSignal.SIGINT, 2, true), (PosixSignal.SIGQUIT, 3, true), (PosixSignal.SIGTERM, 15, false),
    ];

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Process? _process;

    public ForwardedSignals()
    {
        foreach (var (signal, number, isFromTerminal) in s_signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Handle(number, isFromTerminal);
            }));
        }
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The number of the first signal; 0 before it.</summary>
    public int Number { get; private set; }

    /// <summary>Sends signals on from now on, and the one that has come before.</summary>
    public void ForwardTo(Process process)
    {
        lock (_gate)
        {
            _process = process;
            if (Number != 0)
            {
                Send(Number);
            }
        }
    }

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _ended.Dispose();
    }

    private void Handle(int number, bool isFromTerminal)
    {
        // A terminal sends what is typed to its whole foreground group: the command has it already, and is not to get it twice. The kernel
        // does not tell whether it was typed, so there a kill of this program alone ends here, too.
        var isSentOn = !isFromTerminal || !ForegroundGroup.IsOurs();
        bool isFirst;
        lock (_gate)
        {
            isFirst = Number == 0;
            Number = isFirst ? number : Number;
            if (isSentOn)
            {
                Send(number);
            }
        }

        if (isFirst)
        {
            _ended.Cancel();
        }
    }

    private void Send(int number)
    {
        if (_process is { HasExited: false } process)
        {
            _ = Kill(process.Id, number);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
