namespace Repository.Tests.Rules;

/// <summary>The floors of each shipped assembly: a folder uses only folders on lower floors of its own assembly.</summary>
/// <remarks>The empty name stands for files beside the project file.</remarks>
internal static class FloorTable
{
    public static readonly IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Assemblies =
        new Dictionary<string, IReadOnlyDictionary<string, int>>(StringComparer.Ordinal)
        {
            ["Concurrency"] = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["Interop"] = 0,
                ["Diagnostics"] = 0,
                ["Time"] = 0,
                ["Execution"] = 0,
                ["Channels"] = 1,
                ["Executors"] = 2,
                ["Coordination"] = 2,
                ["Scopes"] = 3,
                ["Bridging"] = 3,
                ["Inspection"] = 3,
                ["Sources"] = 3,
                ["Patterns"] = 4,
            },
            ["Concurrency.Sources"] = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["Interop"] = 0,
                ["Pumps"] = 1,
                ["Dns"] = 2,
                ["Files"] = 2,
                ["Processes"] = 2,
                ["Signals"] = 2,
                ["Tcp"] = 2,
                ["Udp"] = 2,
            },
            ["Concurrency.Http"] = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 },
            ["Concurrency.Services"] = new Dictionary<string, int>(StringComparer.Ordinal) { ["Components"] = 0 },
            ["Concurrency.Testing"] = new Dictionary<string, int>(StringComparer.Ordinal)
            {
                ["Choices"] = 0,
                ["Clock"] = 0,
                ["Capture"] = 0,
                ["Faults"] = 1,
                ["Schedules"] = 1,
                ["Reports"] = 1,
                ["Histories"] = 1,
                ["Traces"] = 2,
                ["Strategies"] = 2,
                ["Engine"] = 3,
                ["Simulated"] = 4,
                [""] = 5,
            },
            ["Concurrency.Testing.Xunit"] = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 },
        };
}
