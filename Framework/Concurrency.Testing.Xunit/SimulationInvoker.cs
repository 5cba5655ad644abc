using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Runs all schedules where xunit calls the method once; the instances of the class are made by the schedules.</summary>
internal sealed class SimulationInvoker(XunitParts parts, ExceptionAggregator aggregator, Action run)
    : XunitTestInvoker(
        parts.Test,
        parts.MessageBus,
        parts.TestClass,
        parts.ConstructorArguments,
        parts.TestMethod,
        parts.TestMethodArguments,
        parts.BeforeAfterAttributes,
        aggregator,
        parts.Cancellation)
{
    protected override object CreateTestClass() => null!;

    protected override Task<decimal> InvokeTestMethodAsync(object testClassInstance)
    {
        Aggregator.Run(() => Timer.Aggregate(run));
        return Task.FromResult(Timer.Total);
    }
}
