using System.Reflection;
using Concurrency.Execution;
using Concurrency.Testing.Strategies;
using Concurrency.Testing.Traces;
using Xunit;
using Xunit.Abstractions;

namespace Concurrency.Testing.Xunit;

/// <summary>A test method, run under many schedules.</summary>
internal sealed class SimulatedTest(XunitParts parts)
{
    private const BindingFlags Construction =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.CreateInstance | BindingFlags.DoNotWrapExceptions;

    private readonly ScheduleOutput _output = new();
    private string _summary = "";

    /// <summary>What the test wrote in its last schedule, and what was run.</summary>
    public string Output => _output.Text + _summary;

    /// <summary>The test and its row of data, however the runner shows it.</summary>
    private string Name { get; } = $"{parts.TestClass.FullName}.{parts.TestMethod.Name}{((SimulationTestCase)parts.Test.TestCase).RowText}";

    public void Run()
    {
        var report = Simulation.Explore(RunOnceAsync, Options());
        _summary = $"{report}\n{_summary}";
        report.ThrowIfFailed();
    }

    private SimulationOptions Options()
    {
        var timeout = ((SimulationTestCase)parts.Test.TestCase).Timeout;
        var attribute = parts.TestMethod.GetCustomAttribute<SimulationAttribute>() ?? new SimulationAttribute();
        return new SimulationOptions
        {
            Schedules = attribute.Schedules,
            Strategy = SimulationStrategy.Parse(attribute.Strategy),
            Mode = attribute.Mode,
            MaximumSteps = attribute.MaximumSteps,
            Faults = attribute.Faults,
            Seed = attribute.Seed,
            Minimise = attribute.Minimise,
            Budget = timeout > 0 ? TimeSpan.FromMilliseconds(timeout) : null,
            Test = Name,
            AssemblyVersion = parts.TestMethod.Module.ModuleVersionId,
            TraceDirectory = Path.Combine(Path.GetTempPath(), "simtraces"),
            Variables = Variable,
        };
    }

    /// <summary>The environment, without the trace of another test: it is for that test alone.</summary>
    private string? Variable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (name != SimulationVariables.TraceName || string.IsNullOrWhiteSpace(value) || !File.Exists(value))
        {
            return value;
        }

        if (SimulationTrace.Load(value).Test is { } other && other != Name)
        {
            _summary += $"{name} is the trace of {other}, and was not used here.\n";
            return null;
        }

        return value;
    }

    private async Task RunOnceAsync(Sim sim)
    {
        _output.Clear();
        var instance = parts.TestMethod.IsStatic
            ? null
            : Activator.CreateInstance(parts.TestClass, Construction, null, [.. parts.ConstructorArguments.Select(WithOutput)], null);
        try
        {
            var lifetime = instance as IAsyncLifetime;
            await (lifetime?.InitializeAsync() ?? Task.CompletedTask).ConfigureAwait(Executor.Current is not null);
            try
            {
                await CallAsync(instance, sim).ConfigureAwait(Executor.Current is not null);
            }
            finally
            {
                await (lifetime?.DisposeAsync() ?? Task.CompletedTask).ConfigureAwait(Executor.Current is not null);
            }
        }
        finally
        {
            await DisposeAsync(instance).ConfigureAwait(Executor.Current is not null);
        }
    }

    /// <summary>Gives the output of this schedule to a constructor that asks for one: xunit has a maker in its place.</summary>
    private object WithOutput(object argument) => argument is ITestOutputHelper or Func<ITestOutputHelper> ? _output : argument;

    private Task CallAsync(object? instance, Sim sim)
    {
        object?[] arguments = [sim, .. parts.TestMethodArguments[1..]];
        return parts.TestMethod.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null) switch
        {
            Task task => task,
            ValueTask task => task.AsTask(),
            _ => Task.CompletedTask,
        };
    }

    private static async Task DisposeAsync(object? instance)
    {
        if (instance is IAsyncDisposable later)
        {
            await later.DisposeAsync().ConfigureAwait(Executor.Current is not null);
        }

        (instance as IDisposable)?.Dispose();
    }
}
