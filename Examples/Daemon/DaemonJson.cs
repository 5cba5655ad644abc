using System.Text.Json.Serialization;

namespace Concurrency.Examples.Daemon;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(StatsReport))]
[JsonSerializable(typeof(UdpReply))]
internal sealed partial class DaemonJson : JsonSerializerContext;
