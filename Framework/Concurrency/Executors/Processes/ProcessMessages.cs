namespace Concurrency.Executors.Processes;

/// <summary>The sentences of the failures that callers see.</summary>
internal static class ProcessMessages
{
    public static string Refused(string executor, ExecutorPhase phase) => phase == ExecutorPhase.Draining
        ? $"The process executor '{executor}' is draining and takes no new work. Call before DrainAsync."
        : $"The process executor '{executor}' was disposed and takes no new work. Dispose it after what uses it.";

    public static string Full(string executor, int limit) =>
        $"The process executor '{executor}' has {limit} requests queued, which is its limit. Ask for less, let calls wait, or raise QueueLimit.";

    public static string Disposed(string executor, string work) =>
        $"The process executor '{executor}' was disposed before '{work}' had ended.";

    public static string TimedOut(string work, TimeSpan limit) =>
        $"'{work}' did not end within {limit}, the time spent in the queue included. Give it more time, or the executor more workers.";

    public static string InputTooLarge(string work, int limit) =>
        $"The input of '{work}' is larger than a frame of {limit} bytes. Send less, pass a file's name, or raise MaximumFrameBytes.";

    public static string OutputTooLarge(string work, int limit) =>
        $"The output of '{work}' is larger than a frame of {limit} bytes. Return less, write a file, or raise MaximumFrameBytes.";

    public static string NotInCatalog(string executor, ProcessWork work) =>
        $"The {work} is not in the catalogue of the process executor '{executor}'. Add it there, and pass the same catalogue to ProcessWorker.TryRunAsync.";

    public static string Crashed(string executor, WorkerProcess worker, string work, WorkerExit exit) => worker.KillReason is { } reason
        ? $"Worker process {worker.ProcessId} of the process executor '{executor}' was killed while it ran '{work}': {reason} The work may have been done in part; it is not run again by itself."
        : $"Worker process {worker.ProcessId} of the process executor '{executor}' {exit} while it ran '{work}'. The work may have been done in part; it is not run again by itself.";

    public static string IgnoredCancellation(string work, TimeSpan grace) => $"'{work}' ignored its cancellation for {grace}.";

    public static string DidNotEnd(TimeSpan limit) => $"it did not end within {limit}.";

    public static string BrokeProtocol(Exception error) => $"it broke the protocol: {error.Message}";

    public static string GaveUp(ProcessExecutorOptions options, TimeSpan pause, Exception? last) =>
        $"The process executor '{options.Name}' starts no worker for another {pause}: {options.CrashLimit} crashed or could not be started within {options.CrashPeriod}."
        + $" Repair the cause{(last is null ? "." : $"; the last one was: {last.Message}")}";

    public static string NotStarted(string executor, string program, Exception error) =>
        $"The process executor '{executor}' could not start '{program}': {error.Message} Set FileName and Arguments to how this program is started.";

    public static string NeverAnswered(string executor, int processId, string program, WorkerExit exit) =>
        $"Process {processId} ('{program}'), started as a worker of the process executor '{executor}', {exit} without having answered."
        + " Its Main must await ProcessWorker.TryRunAsync(catalog) before anything else, and return if it was true.";

    public static string Silent(string executor, int processId, string program, TimeSpan limit) =>
        $"Process {processId} ('{program}'), started as a worker of the process executor '{executor}', did not answer within {limit} and was killed."
        + " Its Main must await ProcessWorker.TryRunAsync(catalog) before anything else, and return if it was true.";

    public static string WrongWords(string executor, int processId, string program, string objection) =>
        $"Process {processId} ('{program}'), started as a worker of the process executor '{executor}', {objection.TrimEnd('.')}.";

    public static string NotPrepared() =>
        "This process was started as a worker of a process executor, but its Main has not called ProcessWorker.TryRunAsync, so it makes no workers of its own."
        + " Await ProcessWorker.TryRunAsync(catalog) before anything else in Main, and return if it was true.";
}
