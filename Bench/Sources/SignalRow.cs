using System.Runtime.InteropServices;
using Concurrency.Bench.Interop;
using Concurrency.Bench.Ratios;
using Concurrency.Sources.Signals;

namespace Concurrency.Bench.Sources;

/// <summary>SIGUSR1 to this process, which is a child made for the row, until its handler runs.</summary>
internal sealed class SignalRow : LatencyRow
{
    public override RowFacts Facts { get; } = new("sources.signal-latency", "us p50", 1.0);

    protected override async Task<IAsyncDisposable> ObserveAsync(Side side)
    {
        if (side == Side.Baseline)
        {
            return new Registration(PosixSignalRegistration.Create((PosixSignal)LibC.SigUsr1, context =>
            {
                context.Cancel = true;
                Handle();
            }));
        }

        var observed = new ObservedSource<SignalEvent>(new SignalSource((PosixSignal)LibC.SigUsr1));
        await observed.StartAsync(_ => Handle());
        return observed;
    }

    protected override void Cause() => _ = LibC.Kill(Environment.ProcessId, LibC.SigUsr1);

    private sealed class Registration(PosixSignalRegistration registration) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            registration.Dispose();
            return default;
        }
    }
}
