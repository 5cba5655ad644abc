using System.Runtime.InteropServices;
using Concurrency.SignalChild;
using Concurrency.Sources.Signals;
using Concurrency.TestSupport;
using static System.Globalization.CultureInfo;

// The child of the signal tests: takes signals, prints what it sees, obeys the lines on its standard input.
// Once started it uses no thread of the .NET pool itself, so that the parent may ask for a starved one.
var options = ChildOptions.Parse(args);
AppContext.SetSwitch("Concurrency.Sources.DisableSignalHook", options.NoHook);
var foreign = options.Foreign
    .Select(signal => PosixSignalRegistration.Create(signal, context =>
    {
        // A signal that a source takes must not need this to keep the process alive.
        context.Cancel |= !options.Sources.Any(taken => taken.Contains(signal));
        Output.Line($"foreign {(int)signal}");
    }))
    .ToArray();
var executor = TestExecutors.Create(options.Executor, "child");
var readers = new List<SourceReader>();
for (var i = 0; i < options.Sources.Count; i++)
{
    var source = new SignalSource(options.Sources[i], new SignalSourceOptions { Name = $"source{i}", Capacity = options.Capacity });
    readers.Add(new SourceReader(source, executor, options.Quiet));
}

for (var i = 0; i < readers.Count; i++)
{
    readers[i].Start(readAtOnce: i != options.Hold);
}

if (options.Starve)
{
    Starvation.Begin();
}

Output.Line($"ready {string.Join(',', readers.Select(reader => reader.Delivery))}");
while (Console.ReadLine() is { } command)
{
    switch (command.Split(' '))
    {
        case ["read"]:
            readers.ForEach(reader => reader.Read());
            break;
        case ["stop"]:
            readers.ForEach(reader => reader.Stop());
            break;
        case ["await", var number, var count]:
            readers[0].AwaitCount(int.Parse(number, InvariantCulture), int.Parse(count, InvariantCulture));
            Output.Line($"awaited {number}");
            break;
        case ["handled-since", var number, var timestamp]:
            readers[0].AwaitHandledSince(int.Parse(number, InvariantCulture), long.Parse(timestamp, InvariantCulture));
            Output.Line($"handled {number}");
            break;
        case ["dispose", var index]:
            readers[int.Parse(index, InvariantCulture)].Dispose();
            Output.Line($"disposed {index}");
            break;
        case ["echo", var word]:
            Output.Line($"echo {word}");
            break;
    }
}

foreach (var registration in foreign)
{
    registration.Dispose();
}
