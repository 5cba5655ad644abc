using System.Reflection;
using Xunit.Abstractions;
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
    protected override XunitTestRunner CreateTestRunner(
        ITest test,
        IMessageBus messageBus,
        Type testClass,
        object[] constructorArguments,
        MethodInfo testMethod,
        object[] testMethodArguments,
        string skipReason,
        IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource) => new SimulationTestRunner(
            test,
            messageBus,
            testClass,
            constructorArguments,
            testMethod,
            testMethodArguments,
            skipReason,
            beforeAfterAttributes,
            new ExceptionAggregator(aggregator),
            cancellationTokenSource);
}
