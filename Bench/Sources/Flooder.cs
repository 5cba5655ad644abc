using System.Diagnostics;
using System.Text.Json;

namespace Concurrency.Bench.Sources;

/// <summary>The datagram sender as the row sees it: a child process that stays warm between samples.</summary>
internal sealed class Flooder : IDisposable
{
    private readonly Process _child = SelfProcess.Start(["flood"], withInput: true);

    public TimeSpan ProcessorTime
    {
        get
        {
            _child.Refresh();
            return _child.TotalProcessorTime;
        }
    }

    /// <summary>Begins to send; the returned task completes when the time is over.</summary>
    public async Task FloodAsync(FloodOrder order)
    {
        await _child.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _child.StandardInput.FlushAsync();
        if (await _child.StandardOutput.ReadLineAsync() is null)
        {
            throw new InvalidOperationException("The datagram sender ended early; its error is above.");
        }
    }

    public void Dispose() => SelfProcess.End(_child);
}
