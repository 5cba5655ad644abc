namespace Documentation.Tests;

/// <summary>The code blocks about simulations.</summary>
public sealed class SimulationSnippets
{
    [Fact]
    public void SimulationFirst_FindsTheLostDeposit()
    {
        using var console = new CapturedConsole();

        #region simulation-first
        static async Task DepositTwiceAsync(Sim sim)
        {
            var balance = 0;
            await TaskScope.RunAsync(scope =>
            {
                _ = scope.Start("first", _ => DepositAsync());
                _ = scope.Start("second", _ => DepositAsync());
                return Task.CompletedTask;
            });
            if (balance != 2)
            {
                throw new InvalidOperationException($"The balance is {balance}.");
            }

            async Task DepositAsync()
            {
                var seen = balance;
                await Executor.Yield();
                balance = seen + 1;
            }
        }

        var report = Simulation.Explore(DepositTwiceAsync);

        Console.WriteLine(report.Failure!.Message);
        #endregion

        Assert.Equal(["The balance is 1."], console.Lines);
        Assert.Contains("switch", report.Failure.Timeline!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void SimulationConditions_HoldInEverySchedule()
    {
        #region simulation-conditions
        var report = Simulation.Explore(
            async sim =>
            {
                var jobs = BoundedChannel.Create<int>(2);
                var done = 0;
                var crashed = false;
                sim.Always(() => done <= 3, "no job is done twice");
                sim.Eventually(() => done == 3, within: TimeSpan.FromMinutes(1), "all jobs are done");
                sim.Sometimes(() => crashed, "a worker has crashed");

                var worker = sim.Executor.RunAsync(async cancellationToken =>
                {
                    await foreach (var job in jobs.Reader.ReadAllAsync(cancellationToken))
                    {
                        if (sim.Maybe(percent: 20, "crash"))
                        {
                            crashed = true;
                            await Task.Delay(TimeSpan.FromSeconds(5), sim.Clock, cancellationToken);
                        }

                        done++;
                    }
                });
                for (var job = 0; job < 3; job++)
                {
                    await jobs.Writer.WriteAsync(job);
                }

                jobs.Writer.Complete();
                await worker;
            },
            new SimulationOptions { Schedules = 500, Strategy = SimulationStrategy.Pct(2) });

        report.ThrowIfFailed();
        Console.WriteLine($"{report.Coverage.Faults["crash"]} crashes in {report.Schedules} schedules");
        #endregion

        Assert.Equal(500, report.Schedules);
        Assert.True(report.Coverage.Sometimes["a worker has crashed"] > 0);
    }

    [Fact]
    public void SimulationReplay_FailsAgainAndGetsShorter()
    {
        using var console = new CapturedConsole();
        var folder = Directory.CreateTempSubdirectory("simulation");
        var path = Path.Combine(folder.FullName, "lost-deposit.simtrace");
        static async Task BodyAsync(Sim sim)
        {
            await Executor.Yield();
            if (sim.Choose(100) >= 50)
            {
                throw new InvalidOperationException("Large.");
            }
        }

        try
        {
            #region simulation-replay
            var failure = Simulation.Explore(BodyAsync, new SimulationOptions { Minimise = false }).Failure!;
            failure.Trace.Save(path);

            var replayed = Simulation.Replay(BodyAsync, path).Failure!;
            Console.WriteLine(replayed.Step == failure.Step);

            var minimised = Simulation.Minimise(BodyAsync, failure);
            Console.WriteLine(minimised.Trace.Choices.Single().Chosen);
            #endregion
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Equal(["True", "50"], console.Lines);
    }

    #region simulation-xunit
    [Simulation(Schedules = 200)]
    public async Task Items_ArriveInOrder(Sim sim)
    {
        var numbers = BoundedChannel.Create<int>(1);
        var writer = sim.Executor.RunAsync(async cancellationToken =>
        {
            await numbers.Writer.WriteAsync(1, cancellationToken);
            await numbers.Writer.WriteAsync(2, cancellationToken);
        });

        Assert.Equal(1, await numbers.Reader.ReadAsync());
        Assert.Equal(2, await numbers.Reader.ReadAsync());
        await writer;
    }
    #endregion
}
