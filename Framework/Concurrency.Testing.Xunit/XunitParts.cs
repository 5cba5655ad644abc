using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>What xunit gives to each of its runners.</summary>
internal sealed class XunitParts
{
    public required ITest Test { get; init; }

    public required IMessageBus MessageBus { get; init; }

    public required Type TestClass { get; init; }

    public required object[] ConstructorArguments { get; init; }

    public required MethodInfo TestMethod { get; init; }

    /// <summary>The arguments; that of the Sim is null.</summary>
    public required object[] TestMethodArguments { get; init; }

    public required string SkipReason { get; init; }

    public required IReadOnlyList<BeforeAfterTestAttribute> BeforeAfterAttributes { get; init; }

    public required CancellationTokenSource Cancellation { get; init; }
}
