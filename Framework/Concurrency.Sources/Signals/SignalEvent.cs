using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Concurrency.Sources.Signals;

/// <summary>A signal that the process received.</summary>
public readonly record struct SignalEvent : ISourceEvent
{
    /// <summary>The signal; a raw number where <see cref="PosixSignal"/> has no name for it.</summary>
    public PosixSignal Signal { get; init; }

    /// <summary>The platform's number, for example 1 for SIGHUP.</summary>
    public int Number { get; init; }

    /// <summary>The usual name, for example <c>SIGHUP</c>, <c>SIGUSR1</c> or <c>SIGRTMIN+6</c>.</summary>
    public string Name => SignalNumbers.NameOf(Number);

    /// <summary>How many deliveries this event stands for: 1 for a real-time signal, 1 or more for a standard one.</summary>
    /// <remarks>The kernel merges standard signals too before the process sees them: read a standard signal as "at least once".</remarks>
    public int Count { get; init; }

    /// <summary>When the source observed the signal, or the first of those it stands for; of real-time signals that had to wait together, the first.</summary>
    public long Timestamp { get; init; }

    /// <inheritdoc/>
    public ActivityContext TraceContext { get; init; }
}
