using Concurrency.Testing.Strategies;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit;

/// <summary>Makes the test cases of a method with <see cref="SimulationAttribute"/>: one, or one for each row of data.</summary>
internal sealed class SimulationDiscoverer(IMessageSink diagnosticMessageSink) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        var display = discoveryOptions.MethodDisplayOrDefault();
        var displayOptions = discoveryOptions.MethodDisplayOptionsOrDefault();
        if (!string.IsNullOrEmpty(factAttribute.GetNamedArgument<string>(nameof(FactAttribute.Skip))))
        {
            return [new SimulationTestCase(diagnosticMessageSink, display, displayOptions, testMethod, [])];
        }

        var sources = testMethod.Method.GetCustomAttributes(typeof(DataAttribute)).ToList();
        var problem = SignatureProblem(testMethod.Method, sources.Count > 0) ?? ArgumentProblem(factAttribute);
        if (problem is not null)
        {
            return [Refused(problem)];
        }

        return sources.Count == 0
            ? [new SimulationTestCase(diagnosticMessageSink, display, displayOptions, testMethod, [])]
            : [.. sources.SelectMany(Cases)];

        ExecutionErrorTestCase Refused(string why) => new(diagnosticMessageSink, display, displayOptions, testMethod, why);

        IEnumerable<IXunitTestCase> Cases(IAttributeInfo source)
        {
            var rows = RowsOf(source, testMethod.Method, out var why);
            return rows is null
                ? [Refused(why!)]
                : rows.Select(row => new SimulationTestCase(diagnosticMessageSink, display, displayOptions, testMethod, row));
        }
    }

    /// <summary>The rows of an attribute, or why there are none.</summary>
    private List<object?[]>? RowsOf(IAttributeInfo source, IMethodInfo method, out string? problem)
    {
        var name = $"{method.Type.Name}.{method.Name}";
        var discoverer = ExtensibilityPointFactory.GetDataDiscoverer(
            diagnosticMessageSink, source.GetCustomAttributes(typeof(DataDiscovererAttribute)).First());
        var rows = discoverer?.GetData(source, method)?.ToList();
        var parameters = method.GetParameters().Count() - 1;
        problem = rows switch
        {
            null or [] => $"[Simulation] {name} has an attribute for data that gives no rows. Give it rows, or remove it.",
            _ when rows.FirstOrDefault(row => row.Length != parameters) is { } row =>
                $"[Simulation] {name} has {parameters} parameters after the Sim, and a row of its data has {row.Length} values. Make them equal.",
            _ when !rows.TrueForAll(SerializationHelper.IsSerializable) =>
                $"[Simulation] {name} has data that xunit cannot write down. Use numbers, texts and the like, and make the objects in the test.",
            _ => null,
        };
        return problem is null ? rows : null;
    }

    private static string? SignatureProblem(IMethodInfo method, bool hasData)
    {
        var parameters = method.GetParameters().ToList();
        var returns = method.ReturnType.Name;
        var isAsync = method.GetCustomAttributes(typeof(System.Runtime.CompilerServices.AsyncStateMachineAttribute)).Any();
        var fault = parameters switch
        {
            [] => "has no parameter",
            [var first, ..] when first.ParameterType.Name != typeof(Sim).FullName => $"takes a {first.ParameterType.Name} first",
            [_, _, ..] when !hasData => "has parameters after the Sim, and no data for them",
            [_] when hasData => "has data, and no parameters for them after the Sim",
            _ when method.IsGenericMethodDefinition => "is generic",
            _ when returns == typeof(void).FullName => isAsync ? "is async void, so that nobody could await it" : null,
            _ when returns != typeof(Task).FullName && returns != typeof(ValueTask).FullName => $"returns {returns}",
            _ => null,
        };
        return fault is null
            ? null
            : $"[Simulation] {method.Type.Name}.{method.Name} {fault}. Write 'async Task {method.Name}(Sim sim)' or 'void {method.Name}(Sim sim)'; " +
                "parameters for [InlineData] and the like come after the Sim.";
    }

    private static string? ArgumentProblem(IAttributeInfo attribute)
    {
        try
        {
            SimulationStrategy.Parse(attribute.GetNamedArgument<string>(nameof(SimulationAttribute.Strategy)));
        }
        catch (FormatException error)
        {
            return $"[Simulation(Strategy = …)]: {error.Message}";
        }

        var schedules = attribute.GetNamedArgument<int>(nameof(SimulationAttribute.Schedules));
        var steps = attribute.GetNamedArgument<long>(nameof(SimulationAttribute.MaximumSteps));
        return schedules < 1 ? $"[Simulation(Schedules = {schedules})]: at least 1 schedule must be run."
            : steps < 1 ? $"[Simulation(MaximumSteps = {steps})]: a schedule needs at least 1 step."
            : null;
    }
}
