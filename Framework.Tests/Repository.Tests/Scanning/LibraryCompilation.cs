using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Repository.Tests.Scanning;

/// <summary>Binds the sources of one assembly, so that rules see what a name means and not how it is spelled.</summary>
internal static class LibraryCompilation
{
    // Names that stay unknown would make a rule blind, so they are reported.
    private static readonly HashSet<string> s_unknownName = new(StringComparer.Ordinal) { "CS0103", "CS0234", "CS0246", "CS0400" };

    private static readonly CSharpParseOptions s_parseOptions = new(LanguageVersion.Preview);

    private static readonly SyntaxTree s_implicitUsings = CSharpSyntaxTree.ParseText(
        string.Join('\n',
        [
            "global using System;", "global using System.Collections.Generic;", "global using System.IO;",
            "global using System.Linq;", "global using System.Net.Http;", "global using System.Threading;",
            "global using System.Threading.Tasks;",
        ]),
        s_parseOptions);

    private static readonly string[] s_platform =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    /// <summary>The runtime, the packages and the other shipped assemblies that the running tests reference.</summary>
    public static IEnumerable<MetadataReference> References(string exceptAssembly) =>
        from path in s_platform
        where Path.GetFileNameWithoutExtension(path) != exceptAssembly
        select MetadataReference.CreateFromFile(path);

    public static CSharpCompilation Of(string assembly, IEnumerable<TextFile> files) => CSharpCompilation.Create(
        assembly,
        [s_implicitUsings, .. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, s_parseOptions, file.Path))],
        References(assembly),
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static IEnumerable<Violation> UnknownNames(CSharpCompilation compilation) =>
        from diagnostic in compilation.GetDiagnostics()
        where s_unknownName.Contains(diagnostic.Id)
        let span = diagnostic.Location.GetLineSpan()
        select new Violation(span.Path, span.StartLinePosition.Line + 1,
            $"The repository's rules cannot see what is used here: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}");
}
