using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Runs a test case by <see cref="SimulationTestRunner"/>.</summary>
internal sealed class SimulationCaseRunner(
    SimulationTestCase testCase,
    object[] constructorArguments,
    IMessageBus messageBus,
    ExceptionAggregator aggregator,
    CancellationTokenSource cancellationTokenSource)
    : XunitTestCaseRunner(
        testCase,
        testCase.DisplayName,
        testCase.SkipReason,
        constructorArguments,
        [null!, .. testCase.TestMethodArguments ?? []],
        messageBus,
        aggregator,
        cancellationTokenSource)
{
    protected override Task<RunSummary> RunTestAsync()
    {
        var parts = new XunitParts
        {
            Test = CreateTest(TestCase, DisplayName),
            MessageBus = MessageBus,
            TestClass = TestClass,
            ConstructorArguments = ConstructorArguments,
            TestMethod = TestMethod,
            TestMethodArguments = TestMethodArguments,
            SkipReason = SkipReason,
            BeforeAfterAttributes = BeforeAfterAttributes,
            Cancellation = CancellationTokenSource,
        };
        return new SimulationTestRunner(parts, new ExceptionAggregator(Aggregator)).RunAsync();
    }
}
