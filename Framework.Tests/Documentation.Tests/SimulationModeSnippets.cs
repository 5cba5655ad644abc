namespace Documentation.Tests;

/// <summary>The tests that take the thread pool from the whole process: they run alone.</summary>
[CollectionDefinition(nameof(TakesThreadPool), DisableParallelization = true)]
public sealed class TakesThreadPool;

/// <summary>The code blocks about the modes of a simulation.</summary>
[Collection(nameof(TakesThreadPool))]
public sealed class SimulationModeSnippets
{
    [Fact]
    public void SimulationCaptured_FindsTheLostUpdate()
    {
        #region simulation-captured
        static async Task CountAsync(Sim sim)
        {
            var count = 0;
            using var places = new SemaphoreSlim(2); // two places, where one was meant
            await Task.WhenAll(Task.Run(AddAsync), Task.Run(AddAsync)).ConfigureAwait(false);
            if (count != 2)
            {
                throw new InvalidOperationException($"The count is {count}.");
            }

            async Task AddAsync()
            {
                await places.WaitAsync().ConfigureAwait(false);
                var seen = count;
                await Task.Delay(TimeSpan.FromMilliseconds(1), sim.Clock).ConfigureAwait(false);
                count = seen + 1;
                places.Release();
            }
        }

        var report = Simulation.Explore(CountAsync, new SimulationOptions { Mode = SimulationMode.Captured });
        #endregion

        Assert.Equal("The count is 1.", report.Failure?.Message);
    }

    [Fact]
    public void SimulationRealTime_IsTold()
    {
        #region simulation-real-time
        var report = Simulation.Explore(
            async _ => await Task.Delay(TimeSpan.FromHours(1)).ConfigureAwait(false),
            new SimulationOptions { Mode = SimulationMode.Captured, Strategy = SimulationStrategy.RandomWalk });
        #endregion

        Assert.Equal(SimulationFailureKind.Escape, report.Failure?.Kind);
    }
}
