using System.Diagnostics;
using System.Text.Json;

namespace Concurrency.Bench.Http;

/// <summary>The load generator as the rows see it: a child process that stays warm between samples.</summary>
internal sealed class LoadGenerator : IDisposable
{
    private readonly Process _child = SelfProcess.Start(["load"], withInput: true);

    public TimeSpan ProcessorTime
    {
        get
        {
            _child.Refresh();
            return _child.TotalProcessorTime;
        }
    }

    public async Task<LoadReport> RunAsync(LoadOrder order)
    {
        await _child.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
        await _child.StandardInput.FlushAsync();
        var line = await _child.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The load generator ended before it reported; its error is above.");
        return JsonSerializer.Deserialize<LoadReport>(line)
            ?? throw new InvalidOperationException($"The load generator reported '{line}'.");
    }

    public void Dispose() => SelfProcess.End(_child);
}
