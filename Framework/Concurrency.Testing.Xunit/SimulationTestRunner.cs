using System.Reflection;
using Concurrency.Execution;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Runs one test by <see cref="SimulationInvoker"/>, and gives its output to xunit.</summary>
internal sealed class SimulationTestRunner(
    ITest test,
    IMessageBus messageBus,
    Type testClass,
    object[] constructorArguments,
    MethodInfo testMethod,
    object[] testMethodArguments,
    string skipReason,
    IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
    ExceptionAggregator aggregator,
    CancellationTokenSource cancellationTokenSource)
    : XunitTestRunner(
        test,
        messageBus,
        testClass,
        constructorArguments,
        testMethod,
        testMethodArguments,
        skipReason,
        beforeAfterAttributes,
        aggregator,
        cancellationTokenSource)
{
    protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
    {
        var run = new SimulatedTest(TestClass, ConstructorArguments, TestMethod, TestMethodArguments, ((IXunitTestCase)Test.TestCase).Timeout);
        var invoker = new SimulationInvoker(
            Test, MessageBus, TestClass, ConstructorArguments, TestMethod, TestMethodArguments, BeforeAfterAttributes, aggregator, CancellationTokenSource)
        {
            Run = run.Run,
        };
        var time = await invoker.RunAsync().ConfigureAwait(Executor.Current is not null);
        return Tuple.Create(time, run.Output);
    }
}
