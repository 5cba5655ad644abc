using System.Diagnostics;
using Concurrency.Executors.Processes;

namespace Concurrency.ProcessChild;

/// <summary>The work of the tests, known to both sides.</summary>
public static class Work
{
    private static readonly AsyncLocal<string?> s_local = new();
    private static int s_calls;

    public static readonly ProcessWork<string, string> Echo =
        ProcessWork.DefineSynchronous("echo", WorkJson.Default.String, WorkJson.Default.String, (text, _) => text);

    public static readonly ProcessWork<int, int> Square =
        ProcessWork.Define("square", WorkJson.Default.Int32, WorkJson.Default.Int32, async (number, _) =>
        {
            await Task.Yield();
            return number * number;
        });

    public static readonly ProcessWork<int, int> Pid =
        ProcessWork.DefineSynchronous("pid", WorkJson.Default.Int32, WorkJson.Default.Int32, (_, _) => Environment.ProcessId);

    /// <summary>How many calls this process has had.</summary>
    public static readonly ProcessWork<int, int> Calls =
        ProcessWork.DefineSynchronous("calls", WorkJson.Default.Int32, WorkJson.Default.Int32, (_, _) => Interlocked.Increment(ref s_calls));

    public static readonly ProcessWork<int, int> Exit =
        ProcessWork.DefineSynchronous("exit", WorkJson.Default.Int32, WorkJson.Default.Int32, (code, _) =>
        {
            Environment.Exit(code);
            return 0;
        });

    public static readonly ProcessWork<string, int> Throw =
        ProcessWork.DefineSynchronous<string, int>("throw", WorkJson.Default.String, WorkJson.Default.Int32, (message, _) =>
            throw new FormatException(message, new TimeZoneNotFoundException("the inner one")));

    /// <summary>Runs until its token is cancelled.</summary>
    public static readonly ProcessWork<int, int> Obedient =
        ProcessWork.Define("obedient", WorkJson.Default.Int32, WorkJson.Default.Int32, async (number, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return number;
        });

    /// <summary>Blocks for ever and never looks at its token.</summary>
    public static readonly ProcessWork<int, int> Endless =
        ProcessWork.DefineSynchronous("endless", WorkJson.Default.Int32, WorkJson.Default.Int32, (number, _) =>
        {
            new ManualResetEventSlim().Wait(CancellationToken.None);
            return number;
        });

    /// <summary>Answers only after it was cancelled.</summary>
    public static readonly ProcessWork<int, int> Stubborn =
        ProcessWork.Define("stubborn", WorkJson.Default.Int32, WorkJson.Default.Int32, async (number, cancellationToken) =>
        {
            var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = cancellationToken.Register(cancelled.SetResult);
            await cancelled.Task;
            return number;
        });

    public static readonly ProcessWork<int, string> Large =
        ProcessWork.DefineSynchronous("large", WorkJson.Default.Int32, WorkJson.Default.String, (length, _) => new string('x', length));

    public static readonly ProcessWork<int, Unwritable> Bad =
        ProcessWork.DefineSynchronous("bad", WorkJson.Default.Int32, WorkJson.Default.Unwritable, (_, _) => new Unwritable());

    /// <summary>Trace id, parent span and trace state of the current activity.</summary>
    public static readonly ProcessWork<int, string[]> Traced =
        ProcessWork.DefineSynchronous<int, string[]>("traced", WorkJson.Default.Int32, WorkJson.Default.StringArray, (_, _) =>
            Activity.Current is { } activity
                ? [activity.TraceId.ToHexString(), activity.ParentSpanId.ToHexString(), activity.TraceStateString ?? ""]
                : []);

    /// <summary>The value of an AsyncLocal, and what makes a process a worker.</summary>
    public static readonly ProcessWork<int, string[]> Surroundings =
        ProcessWork.DefineSynchronous<int, string[]>("surroundings", WorkJson.Default.Int32, WorkJson.Default.StringArray, (_, _) =>
            [s_local.Value ?? "none", Environment.GetEnvironmentVariable("CONCURRENCY_PROCESS_WORKER") ?? "none", Console.In.ReadToEnd()]);

    public static readonly ProcessWork<string, int> Print =
        ProcessWork.DefineSynchronous("print", WorkJson.Default.String, WorkJson.Default.Int32, (text, _) =>
        {
            Console.WriteLine(text);
            Console.Error.WriteLine($"error {text}");
            return text.Length;
        });

    /// <summary>Squares in a worker of its own.</summary>
    public static readonly ProcessWork<int, int> Nested =
        ProcessWork.Define("nested", WorkJson.Default.Int32, WorkJson.Default.Int32, async (number, cancellationToken) =>
        {
            await using var executor = new ProcessExecutor(Catalog!, new ProcessExecutorOptions { Name = "nested", MaximumWorkers = 1, MinimumWorkers = 0 });
            return await executor.RunAsync(Square, number, cancellationToken);
        });

    public static readonly ProcessWorkCatalog Catalog = new(
        Echo, Square, Pid, Calls, Exit, Throw, Obedient, Endless, Stubborn, Large, Bad, Traced, Surroundings, Print, Nested);

    /// <summary>What another build of the program might know.</summary>
    public static readonly ProcessWorkCatalog OtherCatalog = new(Echo, Square);

    public static string? Local { set => s_local.Value = value; }
}
