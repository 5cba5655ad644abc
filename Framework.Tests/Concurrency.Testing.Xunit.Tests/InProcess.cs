using Concurrency.TestSupport;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Concurrency.Testing.Xunit.Tests;

/// <summary>Runs the tests of a class with xunit's own runner, in this process, and keeps what it reports.</summary>
internal sealed class InProcess : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _discovered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ITestCase> _cases = [];

    /// <summary>What became of each test, by the name of its method; several for rows of data.</summary>
    public List<(string Method, string Name, string Result, string Message, string Output)> Results { get; } = [];

    /// <summary>Runs the tests of a class.</summary>
    /// <param name="testClass">It need not be public.</param>
    /// <param name="method">The only method to run; null for all.</param>
    /// <param name="throughText">Whether each test case is written down and read again before it runs, as runners do.</param>
    public static async Task<InProcess> RunAsync(Type testClass, string? method = null, bool throughText = false)
    {
        var run = new InProcess();
        using var framework = new XunitTestFramework(run);
        using var discoverer = framework.GetDiscoverer(Reflector.Wrap(testClass.Assembly));
        discoverer.Find(testClass.FullName!, includeSourceInformation: false, run, new Settings());
        await run._discovered.Task.Within("discovery");
        var cases = run._cases.Where(test => method is null || test.TestMethod.Method.Name == method);
        if (throughText)
        {
            cases = cases.Select(test => SerializationHelper.Deserialize<ITestCase>(SerializationHelper.Serialize(test)));
        }

        using var executor = framework.GetExecutor(testClass.Assembly.GetName());
        executor.RunTests(cases.ToList(), run, new Settings());
        await run._finished.Task.Within("run");
        return run;
    }

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage discovered:
                _cases.Add(discovered.TestCase);
                break;
            case IDiscoveryCompleteMessage:
                _discovered.SetResult();
                break;
            case ITestPassed passed:
                Add(passed, "passed", "", passed.Output);
                break;
            case ITestSkipped skipped:
                Add(skipped, "skipped", skipped.Reason, "");
                break;
            case ITestFailed failed:
                Add(failed, "failed", string.Join('\n', failed.Messages), failed.Output);
                break;
            case ITestAssemblyFinished:
                _finished.SetResult();
                break;
        }

        return true;
    }

    private void Add(ITestMessage message, string result, string text, string output) =>
        Results.Add((message.TestMethod.Method.Name, message.Test.DisplayName, result, text, output));

    private sealed class Settings : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = [];

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
