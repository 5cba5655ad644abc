using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Http;

/// <summary>Both servers side by side in this process and the load generator in another; the server that is not asked is idle.</summary>
internal abstract class HttpRow : RatioRow
{
    protected const int Connections = 64;

    private readonly BareKestrel _baseline = new();
    private HelloSource? _ours;
    private LoadGenerator? _generator;

    public override TimeSpan LengthFor(TimeSpan standard) => standard * 8;

    public override int PairsFor(int standard) => Math.Max(5, standard / 2);

    public override TimeSpan HelperTime => _generator?.ProcessorTime ?? TimeSpan.Zero;

    public override async Task StartAsync()
    {
        _ours = new HelloSource();
        await _baseline.StartAsync();
        await _ours.StartAsync();
        _generator = new LoadGenerator();
    }

    protected Task<LoadReport> LoadAsync(Side side, TimeSpan length, double rate) => _generator!.RunAsync(
        new LoadOrder(side == Side.Ours ? _ours!.Port : _baseline.Port, Connections, length.TotalSeconds, rate));

    protected override async ValueTask StopAsync()
    {
        _generator!.Dispose();
        await _ours!.DisposeAsync();
        await _baseline.StopAsync();
        _baseline.Dispose();
    }
}
