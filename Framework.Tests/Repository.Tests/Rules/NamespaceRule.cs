using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Namespace = folder; no global using hides a floor; no public type is named like a folder or a namespace.</summary>
internal static class NamespaceRule
{
    public static IEnumerable<Violation> Check(IReadOnlyCollection<TextFile> library)
    {
        var taken = library.SelectMany(file => NamespaceOf(file.Path).Split('.')).ToHashSet(StringComparer.Ordinal);
        return library.SelectMany(file => CheckFile(file, taken));
    }

    private static IEnumerable<Violation> CheckFile(TextFile file, HashSet<string> taken)
    {
        var expected = NamespaceOf(file.Path);
        foreach (var space in file.Nodes<BaseNamespaceDeclarationSyntax>().Where(space => space.Name.ToString() != expected))
        {
            yield return file.At(space, $"The namespace is '{space.Name}', the folder says '{expected}'. Make them the same.");
        }

        foreach (var directive in file.Nodes<UsingDirectiveSyntax>().Where(directive => directive.GlobalKeyword != default))
        {
            yield return file.At(directive, "A global using hides what a folder depends on. Write the using in each file.");
        }

        foreach (var type in file.Nodes<MemberDeclarationSyntax>().Where(IsTopLevelPublicType))
        {
            var name = TypeShape.NameOf(type);
            if (taken.Contains(name))
            {
                yield return file.At(type, $"The public type '{name}' is named like a folder or namespace. Choose another name.");
            }
        }
    }

    private static bool IsTopLevelPublicType(MemberDeclarationSyntax member) =>
        TypeShape.IsTopLevelType(member) && member.Modifiers.Any(SyntaxKind.PublicKeyword);

    // Framework/Concurrency.Sources/Signals/X.cs -> Concurrency.Sources.Signals
    private static string NamespaceOf(string path) => string.Join('.', path.Split('/')[1..^1]);
}
