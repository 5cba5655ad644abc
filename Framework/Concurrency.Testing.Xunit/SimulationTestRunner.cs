using Concurrency.Execution;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Runs one test by <see cref="SimulationInvoker"/>, and gives its output to xunit.</summary>
internal sealed class SimulationTestRunner(XunitParts parts, ExceptionAggregator aggregator)
    : XunitTestRunner(
        parts.Test,
        parts.MessageBus,
        parts.TestClass,
        parts.ConstructorArguments,
        parts.TestMethod,
        parts.TestMethodArguments,
        parts.SkipReason,
        parts.BeforeAfterAttributes,
        aggregator,
        parts.Cancellation)
{
    protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
    {
        var test = new SimulatedTest(parts);
        var time = await new SimulationInvoker(parts, aggregator, test.Run).RunAsync().ConfigureAwait(Executor.Current is not null);
        return Tuple.Create(time, test.Output);
    }
}
