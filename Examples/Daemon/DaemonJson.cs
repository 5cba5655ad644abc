using System.Text.Json.Serialization;

namespace Concurrency.Examples.Daemon;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(StatsReport))]
[JsonSerializable(typeof(UdpReply))]
internal sealed partial class DaemonJson : JsonSerializerContext
{
    /// <summary>Makes what the serializer needs now: it does so under a lock, for which the first answers of two executors would wait.</summary>
    public static void Prepare()
    {
        _ = Default.WhoAmI;
        _ = Default.StatsReport;
        _ = Default.UdpReply;
    }
}
