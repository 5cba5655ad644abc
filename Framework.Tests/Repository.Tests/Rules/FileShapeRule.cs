using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>One public type per library file, the file named after it; limits on the length of files.</summary>
internal static class FileShapeRule
{
    public const int LibraryLines = 400;
    public const int TestLines = 600;
    public const int ProjectLines = 30;
    public const int ReadmeLines = 200;

    public static IEnumerable<Violation> CheckNames(IEnumerable<TextFile> library) => library.SelectMany(CheckNames);

    public static IEnumerable<Violation> CheckLengths(IEnumerable<TextFile> files) =>
        from file in files
        let limit = LimitOf(file)
        where file.Lines.Length > limit
        select file.At(limit + 1, $"{file.Lines.Length} lines, the limit is {limit}. Split it by job.");

    public static IEnumerable<Violation> CheckRegions(IEnumerable<TextFile> files) =>
        from file in files
        where file.IsCSharp && !file.IsUnder(SnippetRule.SourceFolder)
        from trivia in file.Tree.GetRoot().DescendantTrivia()
        where trivia.IsKind(SyntaxKind.RegionDirectiveTrivia)
        select file.At(trivia.GetLocation(), $"A region outside the documentation's snippets ({SnippetRule.SourceFolder}). Remove it or split the file.");

    /// <summary>What the pinned parser cannot read would escape every other rule.</summary>
    public static IEnumerable<Violation> CheckSyntax(IEnumerable<TextFile> files) =>
        from file in files
        where file.IsCSharp
        from diagnostic in file.Tree.GetDiagnostics()
        where diagnostic.Severity == DiagnosticSeverity.Error
        select file.At(diagnostic.Location, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture));

    private static IEnumerable<Violation> CheckNames(TextFile file)
    {
        var types = file.Nodes<MemberDeclarationSyntax>()
            .Where(type => TypeShape.IsTopLevelType(type) && !TypeShape.Is(type, SyntaxKind.FileKeyword))
            .ToArray();
        var publicTypes = types.Where(type => TypeShape.Is(type, SyntaxKind.PublicKeyword)).ToArray();
        foreach (var extra in publicTypes.Skip(1))
        {
            yield return file.At(extra, $"A second public type, '{TypeShape.NameOf(extra)}'. Give it a file of its own.");
        }

        var named = publicTypes.Length > 0 ? publicTypes[0] : types.FirstOrDefault();
        if (named is not null && !IsNamedAfter(file.Path, named, publicTypes.Length > 0))
        {
            var name = TypeShape.NameOf(named);
            yield return file.At(named, $"The file is named '{Path.GetFileName(file.Path)}', its type '{name}'. "
                + $"Name it {name}.cs{(TypeShape.ArityOf(named) > 0 ? $" or {name}OfT.cs" : "")}.");
        }
    }

    // Name.Role.cs is one part of a partial type; a family of small internal types may stand under the plural of the first.
    private static bool IsNamedAfter(string path, MemberDeclarationSyntax type, bool isPublic)
    {
        var fileName = Path.GetFileName(path).Split('.')[0];
        var name = TypeShape.NameOf(type);
        return fileName == name
            || (TypeShape.ArityOf(type) > 0 && fileName.StartsWith(name + "Of", StringComparison.Ordinal))
            || (!isPublic && fileName == name + "s");
    }

    private static int LimitOf(TextFile file) => file.Path switch
    {
        _ when file.IsCSharp && file.IsUnder("Framework.Tests") => TestLines,
        _ when file.IsCSharp => LibraryLines,
        _ when file.Path.EndsWith(".csproj", StringComparison.Ordinal) => ProjectLines,
        _ when Path.GetFileName(file.Path) == "README.md" => ReadmeLines,
        _ => int.MaxValue,
    };
}
