using System.Reflection;

namespace Repository.Tests.Scanning;

/// <summary>The compiled form of what Framework ships, as it lies beside the running tests.</summary>
internal static class ShippedAssembly
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    public static Assembly Load(string name) => File.Exists(PathOf(name))
        ? Assembly.Load(new AssemblyName(name))
        : throw new InvalidOperationException($"{name} is not beside the tests. Reference its project from Repository.Tests.csproj.");

    /// <summary>The public types of every shipped assembly.</summary>
    public static Type[] ExportedTypes() => [.. WorkingTree.ShippedAssemblies.SelectMany(name => Load(name).GetExportedTypes())];
}
