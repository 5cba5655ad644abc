namespace Concurrency.Bench.Ratios;

/// <summary>Measures one row in this process: what the hidden command <c>row</c> does.</summary>
internal static class RowLaunch
{
    // The runtime compiles hot methods anew 100 ms after the last new method ran: give it the time between warm rounds.
    private static readonly TimeSpan CompilationPause = TimeSpan.FromMilliseconds(130);

    public static async Task<LaunchSamples> RunAsync(RatioRow row, RunPlan plan, bool oursFirst)
    {
        await row.StartAsync();
        await using (row)
        {
            return await MeasureAsync(row, plan, oursFirst);
        }
    }

    private static async Task<LaunchSamples> MeasureAsync(RatioRow row, RunPlan plan, bool oursFirst)
    {
        var pairs = row.PairsFor(plan.Pairs);
        var length = row.LengthFor(plan.Sample);
        Side[] order = oursFirst ? [Side.Ours, Side.Baseline] : [Side.Baseline, Side.Ours];
        for (var round = 0; round < plan.WarmRounds; round++)
        {
            await SamplePairAsync(row, order, length);
            await Task.Delay(CompilationPause);
        }

        row.Warming = false;
        var samples = new LaunchSamples(new double[pairs], new double[pairs]);
        var load = new MachineLoad(() => Environment.CpuUsage.TotalTime + row.HelperTime);
        for (var pair = 0; pair < pairs; pair++)
        {
            var figures = await SamplePairAsync(row, order, length);
            samples.Baseline[pair] = figures[(int)Side.Baseline];
            samples.Ours[pair] = figures[(int)Side.Ours];
        }

        return samples with { Others = load.OthersSinceStart() };
    }

    private static async Task<double[]> SamplePairAsync(RatioRow row, Side[] order, TimeSpan length)
    {
        var figures = new double[2];
        foreach (var side in order)
        {
            // Neither side pays for the other's garbage.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            figures[(int)side] = await row.SampleAsync(side, length);
        }

        return figures;
    }
}
