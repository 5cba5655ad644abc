using Concurrency.Testing.Choices;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Tests.Traces;

namespace Concurrency.Testing.Tests;

public sealed class SimulationSeedTests
{
    private static readonly SimulationOptions s_bare = new() { Minimise = false, Explain = false, Variables = _ => null };

    [Theory]
    [InlineData(0UL, "000000000000")]
    [InlineData(1UL, "000000000001")]
    [InlineData((1UL << 60) - 1, "zzzzzzzzzzzz")]
    [InlineData(1UL << 60, "1152921504606846976")]
    [InlineData(ulong.MaxValue, "18446744073709551615")]
    public void ToString_OfANumber_IsTwelveLettersWhileItFits(ulong value, string text)
    {
        Assert.Equal(text, new SimulationSeed(value).ToString());
        Assert.Equal(new SimulationSeed(value), SimulationSeed.Parse(text));
    }

    [Fact]
    public void Parse_WhatToStringGave_IsTheSame()
    {
        SimulationStrategy?[] strategies =
        [
            null, SimulationStrategy.Portfolio, SimulationStrategy.RandomWalk, SimulationStrategy.Pct(3), SimulationStrategy.Pos,
            SimulationStrategy.Urw, SimulationStrategy.DelayBound(2), SimulationStrategy.Fifo, SimulationStrategy.Dfs,
        ];
        var random = new Prng(3);
        for (var round = 0; round < 1000; round++)
        {
            var seed = new SimulationSeed(random.Next() >> random.Below(60), strategies[round % strategies.Length]);
            Assert.Equal(seed, SimulationSeed.Parse(seed.ToString()));
        }
    }

    [Theory]
    [InlineData("42", 42UL)]
    [InlineData(" 42 ", 42UL)]
    [InlineData("00000000000Z", 31UL)]
    public void Parse_OtherForms_AreRead(string text, ulong value) => Assert.Equal(value, SimulationSeed.Parse(text).Value);

    [Theory]
    [InlineData("")]
    [InlineData("k3f9")]
    [InlineData("-1")]
    [InlineData("00000000000l")]
    [InlineData("000000000001:")]
    [InlineData("000000000001:pct")]
    [InlineData("000000000001:pct:2~")]
    [InlineData("18446744073709551616")]
    public void Parse_SomethingElse_IsRefused(string text)
    {
        var error = Assert.Throws<FormatException>(() => SimulationSeed.Parse(text));

        Assert.True(error.Message.Length > 40, error.Message);
    }

    [Fact]
    public void SimSeed_OfAFailure_RunsThatScheduleAlone()
    {
        SimulationStrategy[] strategies = [SimulationStrategy.RandomWalk, SimulationStrategy.Pct(2), SimulationStrategy.Pos, SimulationStrategy.Pct(3),
            SimulationStrategy.Urw, SimulationStrategy.DelayBound(2), SimulationStrategy.Portfolio];
        foreach (var (name, body, _) in BuggyBodies.All)
        {
            foreach (var strategy in strategies)
            {
                for (ulong seed = 1; seed <= 10; seed++)
                {
                    if (Simulation.Explore(body, s_bare with { Seed = seed, Strategy = strategy }).Failure is not { } failure)
                    {
                        continue;
                    }

                    Assert.True(failure.Seed is not null, $"{name} has no seed under {strategy}.");
                    var text = failure.Seed.ToString();
                    var again = Simulation.Explore(body, s_bare with { Variables = variable => variable == "SIM_SEED" ? text : null });

                    Assert.Equal(1, again.Schedules);
                    Assert.Equal((failure.Kind, failure.Step), (again.Failure?.Kind, again.Failure?.Step));
                    Assert.Equal(failure.Trace.Choices, again.Failure!.Trace.Choices);
                }
            }
        }
    }
}
