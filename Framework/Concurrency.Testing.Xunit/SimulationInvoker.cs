using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Calls a simulated test in the place of its method; the instances of its class are made by the schedules.</summary>
internal sealed class SimulationInvoker(
    ITest test,
    IMessageBus messageBus,
    Type testClass,
    object[] constructorArguments,
    MethodInfo testMethod,
    object[] testMethodArguments,
    IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
    ExceptionAggregator aggregator,
    CancellationTokenSource cancellationTokenSource)
    : XunitTestInvoker(
        test,
        messageBus,
        testClass,
        constructorArguments,
        testMethod,
        testMethodArguments,
        beforeAfterAttributes,
        aggregator,
        cancellationTokenSource)
{
    public required Action Run { get; init; }

    protected override object CreateTestClass() => null!;

    protected override Task<decimal> InvokeTestMethodAsync(object testClassInstance)
    {
        Aggregator.Run(() => Timer.Aggregate(Run));
        return Task.FromResult(Timer.Total);
    }
}
