using Concurrency.Executors;

namespace Concurrency.Testing;

/// <summary>What is known of a test from its body.</summary>
internal static class TestNames
{
    public static string Of(Func<Sim, Task> body) => WorkDescription.MethodOf(body);

    public static Guid VersionOf(Func<Sim, Task> body) => body.Method.Module.ModuleVersionId;
}
