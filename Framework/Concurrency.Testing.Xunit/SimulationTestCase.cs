using System.ComponentModel;
using System.Globalization;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>One simulated test: a method, and a row of data for what comes after the <see cref="Sim"/>.</summary>
internal sealed class SimulationTestCase : XunitTestCase
{
    private const int LongestValue = 60;

    /// <summary>For xunit, which fills it in.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("Only xunit calls it, to read a test case.")]
    public SimulationTestCase()
    {
    }

    public SimulationTestCase(
        IMessageSink diagnosticMessageSink, TestMethodDisplay display, TestMethodDisplayOptions displayOptions, ITestMethod method, object?[] row)
        : base(diagnosticMessageSink, display, displayOptions, method, row)
    {
    }

    public override Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink,
        IMessageBus messageBus,
        object[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource) =>
        new SimulationCaseRunner(this, constructorArguments, messageBus, aggregator, cancellationTokenSource).RunAsync();

    /// <summary>The values of the row, as they follow the name of the method; empty without data.</summary>
    public string RowText
    {
        get
        {
            var names = TestMethod.Method.GetParameters().Skip(1).Select(parameter => parameter.Name);
            return TestMethodArguments is { Length: > 0 } row
                ? $"({string.Join(", ", names.Zip(row, (name, value) => $"{name}: {Shown(value)}"))})"
                : "";
        }
    }

    /// <summary>The name with the values of the row; the Sim is no value.</summary>
    protected override string GetDisplayName(IAttributeInfo factAttribute, string displayName) => displayName + RowText;

    private static string Shown(object? value)
    {
        var text = value switch
        {
            null => "null",
            string given => $"\"{given}\"",
            char given => $"'{given}'",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }
}
