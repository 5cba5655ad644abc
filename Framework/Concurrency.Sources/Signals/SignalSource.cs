using System.Runtime.InteropServices;
using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Signals;

/// <summary>Publishes the signals that the process receives.</summary>
/// <remarks>
/// <para>A signal that a started source takes no longer has its default action: after taking SIGTERM or SIGINT, ending the
/// process is the reader's job. When the last source that takes a signal stops, its disposition is restored. A signal that
/// the process was started to ignore (SIGHUP under <c>nohup</c>) stays ignored and is not seen.</para>
/// <para>Standard signals are levels: those that arrive while one of the same number waits for room in the channel are merged
/// into it, as the kernel does. Real-time signals (35 to 64) are counts: each is published, however slowly the reader reads.
/// No pending signal is lost, and none waits for the .NET thread pool unless <see cref="Delivery"/> says so.</para>
/// <para>Several sources may take the same signal: each gets it. Registrations of others get it too; one that sets
/// <see cref="PosixSignalContext.Cancel"/> to false brings the default action back.</para>
/// </remarks>
public sealed class SignalSource : IEventSource<SignalEvent>
{
    private readonly SourceRun<SignalEvent> _run;
    private readonly SignalPump _pump;

    /// <summary>Makes a source of some signals.</summary>
    /// <param name="signals">One or more of <see cref="PosixSignal"/>, <see cref="PosixSignals"/>, or raw numbers cast to <see cref="PosixSignal"/>.</param>
    /// <exception cref="ArgumentException">No signal is given, or one that a program cannot take; the message says why.</exception>
    public SignalSource(params PosixSignal[] signals)
        : this(signals, new SignalSourceOptions())
    {
    }

    /// <summary>Makes a source of some signals with options.</summary>
    /// <inheritdoc cref="SignalSource(PosixSignal[])"/>
    public SignalSource(IEnumerable<PosixSignal> signals, SignalSourceOptions options)
        : this(signals, options, SystemSignals.Instance)
    {
    }

    /// <summary>Makes a source of signals that come on another way than the system's.</summary>
    internal SignalSource(IEnumerable<PosixSignal> signals, SignalSourceOptions options, SignalRoute route)
    {
        ArgumentNullException.ThrowIfNull(signals);
        ArgumentNullException.ThrowIfNull(options);
        var numbers = signals.Select(SignalNumbers.Checked).Distinct().ToArray();
        if (numbers.Length == 0)
        {
            throw new ArgumentException("A signal source needs signals: none was given. Name at least one.", nameof(signals));
        }

        Signals = Array.AsReadOnly(Array.ConvertAll(numbers, SignalNumbers.SignalOf));
        _run = new SourceRun<SignalEvent>(options.Name ?? "signals", options.Capacity);
        _pump = new SignalPump(_run, numbers, options.TimeProvider, route);
    }

    /// <inheritdoc/>
    public string Name => _run.Name;

    /// <summary>The signals that this source takes.</summary>
    public IReadOnlyList<PosixSignal> Signals { get; }

    /// <summary>How signals reach this source; known once it was started.</summary>
    /// <remarks>A self-test at the first start decides. The app context switch <c>Concurrency.Sources.DisableSignalHook</c> chooses <see cref="SignalDelivery.ThreadPool"/>.</remarks>
    public SignalDelivery Delivery => _pump.Delivery;

    /// <inheritdoc/>
    public ChannelReader<SignalEvent> Events => _run.Events;

    /// <inheritdoc/>
    public SourceStatistics Statistics => _run.Statistics;

    /// <summary>Takes the signals; one that arrives after the call has returned its task is not missed.</summary>
    /// <inheritdoc/>
    public ValueTask StartAsync(Executor executor, CancellationToken cancellationToken = default) =>
        _run.StartAsync(executor, _pump, cancellationToken);

    /// <inheritdoc/>
    public ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        _run.Stop();
        return default;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _run.DisposeAsync();
}
