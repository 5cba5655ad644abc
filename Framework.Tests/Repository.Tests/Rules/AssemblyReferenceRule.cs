using System.Reflection;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>What each shipped assembly may reference beyond the runtime's own libraries.</summary>
internal static class AssemblyReferenceRule
{
    public const string AspNetCore = "Microsoft.AspNetCore.App";

    public static readonly IReadOnlyDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Concurrency"] = ["Microsoft.Extensions.Logging.Abstractions", "Polly.Core"],
        ["Concurrency.Sources"] = ["Concurrency", "Microsoft.Extensions.Logging.Abstractions"],
        ["Concurrency.Http"] = ["Concurrency", AspNetCore],
        ["Concurrency.Services"] =
        [
            "Concurrency",
            "Microsoft.Extensions.Configuration.Abstractions",
            "Microsoft.Extensions.DependencyInjection.Abstractions",
            "Microsoft.Extensions.Hosting.Abstractions",
            "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options",
        ],
        ["Concurrency.Testing"] = ["Concurrency", "Concurrency.Sources", "System.Reactive"],
        ["Concurrency.Testing.Xunit"] = ["Concurrency", "Concurrency.Testing", "xunit.abstractions", "xunit.core", "xunit.execution.dotnet"],
    };

    private static readonly string s_runtimeFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    public static IEnumerable<Violation> Check(string assembly, IEnumerable<AssemblyName> references)
    {
        var project = $"Framework/{assembly}/{assembly}.csproj";
        if (!Allowed.TryGetValue(assembly, out var allowed))
        {
            return [new Violation(project, 1, "The assembly has no list of allowed references. Add it to AssemblyReferenceRule.")];
        }

        return from reference in references
               where !allowed.Contains(reference.Name) && !IsRuntime(reference, s_runtimeFolder)
               where !(allowed.Contains(AspNetCore) && IsRuntime(reference, AspNetCoreFolder()))
               select new Violation(project, 1, $"{assembly} references {reference.Name}. Allowed are the runtime and: {string.Join(", ", allowed)}.");
    }

    private static bool IsRuntime(AssemblyName reference, string folder) => File.Exists(Path.Combine(folder, reference.Name + ".dll"));

    private static string AspNetCoreFolder() => Path.Combine(
        s_runtimeFolder, "..", "..", AspNetCore, Path.GetFileName(s_runtimeFolder));
}
