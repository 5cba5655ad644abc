using System.Reflection;
using System.Runtime.InteropServices;

namespace Concurrency.Testing.Traces;

/// <summary>What this process writes into the traces that it records.</summary>
internal static class TraceOrigin
{
    public static string FrameworkVersion { get; } =
        typeof(TraceOrigin).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public static string Runtime { get; } = $"{RuntimeInformation.FrameworkDescription} {RuntimeInformation.RuntimeIdentifier}";

    public static int ProcessorCount { get; } = Environment.ProcessorCount;
}
