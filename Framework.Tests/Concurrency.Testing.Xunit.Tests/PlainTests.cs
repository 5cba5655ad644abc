using Concurrency.Channels;
using Concurrency.Execution;
using Xunit.Abstractions;

namespace Concurrency.Testing.Xunit.Tests;

/// <summary>Tests as a user writes them; they run under <c>dotnet test</c> like any other.</summary>
public sealed class PlainTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private readonly BoundedChannel<int> _numbers = BoundedChannel.Create<int>(1);
    private int _initialised;

    public Task InitializeAsync()
    {
        _initialised++;
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Assert.Equal(1, _initialised);

    [Simulation(Schedules = 50)]
    public async Task Items_OfOneWriter_ArriveInOrder(Sim sim)
    {
        var writer = sim.Executor.RunAsync(async token =>
        {
            for (var number = 0; number < 3; number++)
            {
                await _numbers.Writer.WriteAsync(number, token);
            }
        });
        for (var number = 0; number < 3; number++)
        {
            Assert.Equal(number, await _numbers.Reader.ReadAsync());
        }

        await writer;
        output.WriteLine("all read");
    }

    [Simulation(Schedules = 5)]
    public void Choose_OfThree_IsBelowThree(Sim sim) => Assert.InRange(sim.Choose(3), 0, 2);

    [Simulation(Schedules = 5)]
    public async ValueTask Yield_InAValueTask_ComesBack(Sim sim)
    {
        await Executor.Yield();
        Assert.True(sim.Executor.IsCurrent);
    }

    [Simulation(Schedules = 5, Strategy = "fifo")]
    [InlineData(1, "a")]
    [InlineData(2, "b")]
    public void Row_OfData_ComesAfterTheSim(Sim sim, int number, string text) => Assert.Equal(number, 1 + text[0] - 'a' + (0 * sim.Choose(2)));
}
