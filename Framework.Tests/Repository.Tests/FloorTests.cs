using Repository.Tests.Rules;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>The layering that Framework/README.md draws: floors, namespaces, references, P/Invoke.</summary>
public sealed class FloorTests
{
    private static readonly Dictionary<string, int> s_floors = new() { ["Channels"] = 1, ["Execution"] = 0, ["Time"] = 0 };

    public static TheoryData<string> Assemblies => [.. WorkingTree.ShippedAssemblies];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Floors_OfEachAssembly_AreHeld(string assembly)
    {
        Assert.True(FloorTable.Assemblies.TryGetValue(assembly, out var floors), $"{assembly} has no floors. Add it to FloorTable.");
        var files = WorkingTree.Library.Where(file => file.IsUnder($"Framework/{assembly}")).ToArray();

        Report.None(FloorRule.Check(assembly, floors, files));
    }

    [Fact]
    public void Namespaces_OfTheLibrary_AreItsFolders() => Report.None(NamespaceRule.Check([.. WorkingTree.Library]));

    [Fact]
    public void PInvoke_IsOnlyInInterop() => Report.None(InteropRule.Check(WorkingTree.Library));

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void References_OfEachAssembly_AreAllowed(string assembly) =>
        Report.None(AssemblyReferenceRule.Check(assembly, ShippedAssembly.Load(assembly).GetReferencedAssemblies()));

    [Theory]
    [InlineData("using Concurrency.Channels;\nnamespace Concurrency.Execution;\nclass Low;", 1)]
    [InlineData("namespace Concurrency.Execution;\nclass Low\n{\n    Channels.High? _high;\n}", 4)]
    [InlineData("namespace Concurrency.Execution;\nclass Low\n{\n    global::Concurrency.Channels.High? _high;\n}", 4)]
    public void FloorRule_SeesALowFolderThatUsesAHighOne(string low, int line)
    {
        var found = FloorRule.Check("Concurrency", s_floors, [Library("Execution/Low.cs", low), High]).ToArray();

        Assert.NotEmpty(found);
        Assert.All(found, violation => Assert.Equal(line, violation.Line));
        Assert.All(found, violation => Assert.Contains("Execution (floor 0) uses Channels (floor 1)", violation.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void FloorRule_SeesTwoFoldersOfOneFloor()
    {
        var time = Library("Time/Clock.cs", "namespace Concurrency.Time;\nclass Clock { Execution.Loop? _loop; }");
        var loop = Library("Execution/Loop.cs", "namespace Concurrency.Execution;\nclass Loop;");

        Assert.NotEmpty(FloorRule.Check("Concurrency", s_floors, [time, loop]));
    }

    [Fact]
    public void FloorRule_AllowsTheWayDown_AndDocumentationInBothDirections()
    {
        var high = Library("Channels/High.cs", "using Concurrency.Execution;\nnamespace Concurrency.Channels;\nclass High { Low? _low; }");
        var low = Library("Execution/Low.cs", "namespace Concurrency.Execution;\n/// <summary>Below <see cref=\"Channels.High\"/>.</summary>\nclass Low;");

        Assert.Empty(FloorRule.Check("Concurrency", s_floors, [high, low]));
    }

    [Fact]
    public void FloorRule_SeesAFolderWithoutAFloor() => Report.Finds(
        FloorRule.Check("Concurrency", s_floors, [Library("Common/X.cs", "namespace Concurrency.Common;\nclass X;")]), 1, "has no floor");

    [Fact]
    public void FloorRule_ReportsWhatItCannotBind() => Report.Finds(
        FloorRule.Check("Concurrency", s_floors, [Library("Time/X.cs", "namespace Concurrency.Time;\nclass X { Missing? _x; }")]),
        2, "cannot see");

    [Fact]
    public void NamespaceRule_SeesAForeignNamespace() => Report.Finds(
        NamespaceRule.Check([Library("Time/X.cs", "\nnamespace Concurrency;\nclass X;")]), 2, "the folder says 'Concurrency.Time'");

    [Fact]
    public void NamespaceRule_SeesAGlobalUsing() => Report.Finds(
        NamespaceRule.Check([Library("Time/X.cs", "global using System.Text;\nnamespace Concurrency.Time;")]), 1, "global using");

    [Fact]
    public void NamespaceRule_SeesAPublicTypeNamedLikeAFolder() => Report.Finds(
        NamespaceRule.Check([Library("Time/X.cs", "namespace Concurrency.Time;\npublic class Time;")]), 2, "named like a folder");

    [Fact]
    public void InteropRule_SeesPInvokeElsewhere() => Report.Finds(
        InteropRule.Check([Library("Time/X.cs", "partial class X\n{\n    [LibraryImport(\"libc\")]\n    static partial int getpid();\n}")]),
        3, "outside");

    [Fact]
    public void InteropRule_SeesOldMarshalling() => Report.Finds(
        InteropRule.Check([Library("Interop/X.cs", "partial class X\n{\n    [System.Runtime.InteropServices.DllImport(\"libc\")]\n    static extern int getpid();\n}")]),
        3, "LibraryImport");

    [Fact]
    public void AssemblyReferenceRule_SeesTheTestKit() => Report.Finds(
        AssemblyReferenceRule.Check("Concurrency", [new("System.Runtime"), new("Concurrency.Testing")]), 1, "Concurrency.Testing");

    [Fact]
    public void AssemblyReferenceRule_KeepsAspNetCoreOutOfTheCore()
    {
        Assert.NotEmpty(AssemblyReferenceRule.Check("Concurrency", [new("Microsoft.AspNetCore.Http")]));
        Assert.Empty(AssemblyReferenceRule.Check("Concurrency.Http", [new("Microsoft.AspNetCore.Http")]));
    }

    private static TextFile High => Library("Channels/High.cs", "namespace Concurrency.Channels;\nclass High;");

    private static TextFile Library(string path, string text) => new($"Framework/Concurrency/{path}", text);
}
