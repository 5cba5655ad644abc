using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Repository.Tests.Rules;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>What consumers get: the public surface, the implicit usings, the locked build.</summary>
public sealed partial class PackageTests
{
    private const string Update = "UPDATE_PUBLIC_API";

    public static TheoryData<string> Assemblies => [.. WorkingTree.ShippedAssemblies];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void PublicApi_OfEachAssembly_IsTheReviewedOne(string assembly)
    {
        var path = WorkingTree.Absolute(PublicApi.PathFor(assembly));
        var actual = PublicApi.Of(ShippedAssembly.PathOf(assembly));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var expected = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == actual,
            $"The public surface of {assembly} is not that of {PublicApi.PathFor(assembly)}:\n{PublicApi.Difference(expected, actual)}\n"
            + $"If this is meant, run '{Update}=1 dotnet test Framework.Tests/Repository.Tests' and have the file reviewed.");
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void ImplicitUsings_OfEachPackage_AreItsPublicNamespaces(string assembly)
    {
        var path = ImplicitUsingsRule.PathFor(assembly);
        var props = WorkingTree.Files.SingleOrDefault(file => file.Path == path);
        Assert.True(props is not null, $"{path} is missing: consumers of {assembly} would have to write its usings.");

        Report.None(ImplicitUsingsRule.Check(props, ShippedAssembly.Load(assembly).GetExportedTypes()));
    }

    [Fact]
    public void LockFiles_HoldThePinnedLinkerPack()
    {
        var pinned = Pin().Match(WorkingTree.Files.Single(file => file.Path == "Directory.Build.targets").Text).Groups["version"].Value;
        var resolved = from file in WorkingTree.Files
                       where file.Path.EndsWith("packages.lock.json", StringComparison.Ordinal)
                       from Match match in Locked().Matches(file.Text)
                       select (file.Path, Version: match.Groups["version"].Value);

        Assert.NotEmpty(pinned);
        Assert.NotEmpty(resolved);
        Assert.All(resolved, entry => Assert.True(entry.Version == pinned,
            $"{entry.Path} has the linker pack {entry.Version}, Directory.Build.targets pins {pinned}. Restore with the pin and commit."));
    }

    [Fact]
    public void PublicApi_OfAnyAssembly_ListsWhatOthersCanUse()
    {
        const string Source = """
            namespace N;
            public abstract class A<T>(int size) : System.IDisposable where T : class
            {
                public int Size { get; private set; } = size;
                public string? Name { get; init; }
                public const int Limit = 3;
                protected virtual T? Find(string? name = null, System.TimeSpan wait = default) => null;
                public abstract void Dispose();
                internal void Hidden() { }
                private protected void AlsoHidden() { }
                public struct Inner { }
            }
            public enum E { One = 1, Two }
            public delegate bool D(in int value, params string[] names);
            class Secret { public void Nothing() { } }
            """;
        var compilation = CSharpCompilation.Create(
            "n",
            [CSharpSyntaxTree.ParseText(Source)],
            LibraryCompilation.References("none"),
            new(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: Microsoft.CodeAnalysis.NullableContextOptions.Enable));

        Assert.Equal("""
            N: public abstract class A<T> : IDisposable where T : class
                protected A(int size)
                protected virtual T? Find(string? name = null, TimeSpan wait = default)
                public abstract void Dispose()
                public const int Limit = 3
                public int Size { get; }
                public string? Name { get; init; }

            N: public struct A<T>.Inner

            N: public delegate bool D(in int value, params string[] names)

            N: public enum E
                One = 1
                Two = 2

            """.ReplaceLineEndings("\n"), PublicApi.Of(Emitted(compilation)));
    }

    [Fact]
    public void PublicApi_Difference_NamesTypeAndMember() => Assert.Equal(
        "- N: class A :: int X { get; }\n+ N: class A :: int Y { get; }",
        PublicApi.Difference("N: class A\n    int X { get; }\n    int Z { get; }\n", "N: class A\n    int Y { get; }\n    int Z { get; }\n"));

    [Theory]
    [InlineData("<Using Include=\"Concurrency.Missing\" />", "No public type is in 'Concurrency.Missing'")]
    [InlineData("<Using Include=\"Concurrency.Execution\" />", "")]
    [InlineData("<None />", "Consumers do not get 'Concurrency.Execution'")]
    public void ImplicitUsingsRule_SeesFalseAndMissingNamespaces(string line, string words)
    {
        var found = ImplicitUsingsRule.Check(new TextFile("a.props", $"{line}\n"), [typeof(Concurrency.Execution.Executor)]).ToArray();

        Assert.Equal(words.Length > 0, found.Length > 0);
        Assert.All(found.Take(1), violation => Assert.Contains(words, violation.Message, StringComparison.Ordinal));
    }

    private static Microsoft.CodeAnalysis.IAssemblySymbol Emitted(CSharpCompilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        var reference = Microsoft.CodeAnalysis.MetadataReference.CreateFromImage(image.ToArray());
        var reader = CSharpCompilation.Create("reader", references: [reference, .. LibraryCompilation.References("none")]);
        return (Microsoft.CodeAnalysis.IAssemblySymbol)reader.GetAssemblyOrModuleSymbol(reference)!;
    }

    [GeneratedRegex("<ILLinkPackVersion[^>]*>(?<version>[^<]+)<")]
    private static partial Regex Pin();

    [GeneratedRegex("\"Microsoft\\.NET\\.ILLink\\.Tasks\": \\{[^}]*?\"resolved\": \"(?<version>[^\"]+)\"")]
    private static partial Regex Locked();
}
