using System.Globalization;
using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;

// The child of the process tests: a worker, a program that is not prepared to be one, or a parent of workers.
switch (args)
{
    case ["unprepared"]:
        return 0;
    case ["unprepared", var code]:
        return int.Parse(code, CultureInfo.InvariantCulture);
    case ["unprepared-parent"]:
        // Without its guard this would start itself for ever.
        _ = new ProcessExecutor(Work.Catalog);
        return 0;
    case ["mute"]:
        new ManualResetEventSlim().Wait();
        return 0;
    case ["other-catalog"]:
        return await ProcessWorker.TryRunAsync(Work.OtherCatalog) ? 0 : 1;
    case ["lingering"]:
        await ProcessWorker.TryRunAsync(Work.Catalog);
        new ManualResetEventSlim().Wait();
        return 0;
    case ["liar", var how]:
        Liar.Run(how);
        return 0;
}

if (await ProcessWorker.TryRunAsync(Work.Catalog))
{
    return 0;
}

if (args is not ["parent", var count])
{
    Console.WriteLine("not a worker");
    return 0;
}

// Each worker holds our standard output: whoever reads it learns when the last of us has gone.
var workers = int.Parse(count, CultureInfo.InvariantCulture);
var executor = new ProcessExecutor(Work.Catalog, new ProcessExecutorOptions { MaximumWorkers = workers, MinimumWorkers = workers, RequestsPerWorker = 2, ShutdownTimeout = TimeSpan.FromMilliseconds(20) });
var busy = Enumerable.Range(0, workers).Select(_ => executor.RunAsync(Work.Endless, 0)).ToArray();
for (var worker = 0; worker < workers; worker++)
{
    Console.WriteLine(await executor.RunAsync(Work.Pid, worker));
}

Console.WriteLine($"ready {executor.Statistics.InFlight}");
await Task.WhenAny(busy);
return 1;
