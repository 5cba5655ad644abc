using Concurrency.Inspection;

namespace Concurrency.Tests.ForeignContext;

internal static class InspectionCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["SnapshotServer.DisposeAsync()"] = static async call =>
        {
            var server = new SnapshotServer(new SnapshotServerOptions { TcpPorts = default(PortRange), Token = "0123456789abcdef" });
            await call(() => server.DisposeAsync().AsTask());
        },
    };
}
