using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>A folder uses only folders on lower floors; folders on one floor do not see each other.</summary>
/// <remarks>Names are bound, so a using directive, a qualified name and a member of a foreign type all count; XML documentation does not.</remarks>
internal static class FloorRule
{
    public static IEnumerable<Violation> Check(
        string assembly, IReadOnlyDictionary<string, int> floors, IReadOnlyCollection<TextFile> files)
    {
        var unlisted = files.Where(file => !floors.ContainsKey(FolderOf(file.Path))).ToArray();
        if (unlisted.Length > 0)
        {
            return unlisted.Select(file => file.At(1,
                $"The folder '{FolderOf(file.Path)}' of {assembly} has no floor. Add it to FloorTable or move the file."));
        }

        var compilation = LibraryCompilation.Of(assembly, files);
        var uses = from file in files
                   let tree = compilation.SyntaxTrees.Single(tree => tree.FilePath == file.Path)
                   from violation in CheckFile(file, tree, compilation.GetSemanticModel(tree), assembly, floors)
                   select violation;
        return LibraryCompilation.UnknownNames(compilation).Concat(uses);
    }

    private static IEnumerable<Violation> CheckFile(
        TextFile file, SyntaxTree tree, SemanticModel model, string assembly, IReadOnlyDictionary<string, int> floors)
    {
        var own = FolderOf(file.Path);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var used = FolderOf(model.GetSymbolInfo(name), assembly);
            if (used is not null && used != own && floors.TryGetValue(used, out var floor) && floor >= floors[own])
            {
                yield return file.At(name,
                    $"{Label(own)} (floor {floors[own]}) uses {Label(used)} (floor {floor}) by '{name}'. "
                    + "Use lower floors only; move what both need down.");
            }
        }
    }

    private static string? FolderOf(SymbolInfo info, string assembly) => (info.Symbol ?? info.CandidateSymbols.FirstOrDefault()) switch
    {
        null or ILocalSymbol or IParameterSymbol or ITypeParameterSymbol or IRangeVariableSymbol or ILabelSymbol => null,
        INamespaceSymbol space => FolderOfNamespace(space.ToDisplayString(), assembly),
        { } symbol => symbol.OriginalDefinition.DeclaringSyntaxReferences is [var declaration, ..]
            ? FolderOf(declaration.SyntaxTree.FilePath)
            : null,
    };

    private static string? FolderOfNamespace(string name, string assembly) =>
        name.StartsWith(assembly + ".", StringComparison.Ordinal) ? name[(assembly.Length + 1)..].Split('.')[0] : null;

    private static string FolderOf(string path) => path.Split('/') is [_, _, var folder, _, ..] ? folder : "";

    private static string Label(string folder) => folder.Length == 0 ? "the assembly's own folder" : folder;
}
