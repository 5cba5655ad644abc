using System.CommandLine;
using BenchmarkDotNet.Running;

namespace Concurrency.Bench.Micro;

/// <summary>The command <c>micro</c>: BenchmarkDotNet with its own arguments.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var command = new Command("micro", "Runs BenchmarkDotNet; its own options follow, for instance: micro --filter '*Spsc*' --job short")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(parsed =>
        {
            string[] arguments = parsed.UnmatchedTokens.Count == 0 ? ["--filter", "*"] : [.. parsed.UnmatchedTokens];
            var summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly).Run(arguments);
            return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
        });
        return command;
    }
}
