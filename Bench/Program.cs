using System.CommandLine;
using Concurrency.Bench.Evidence;
using Concurrency.Bench.Http;
using Concurrency.Bench.Micro;
using Concurrency.Bench.Ratios;
using Concurrency.Bench.Sources;

#if DEBUG
Console.Error.WriteLine("Built without optimisation: the figures mean nothing. Use 'dotnet run -c Release --project Bench'.");
#endif

var root = new RootCommand("Measures this framework against the plain .NET way.")
{
    RatioCommand.Create(),
    RatioCommand.CreateRow(),
    EvidenceCommand.Create(),
    MicroCommand.Create(),
    LoadCommand.Create(),
    FloodCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
