using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Repository.Tests.Scanning;

/// <summary>A file of the repository, or one made up by a self-test.</summary>
internal sealed class TextFile(string path, string text)
{
    private SyntaxTree? _tree;
    private string[]? _lines;

    /// <summary>Relative to the root of the repository, with forward slashes.</summary>
    public string Path { get; } = path;

    public string Text { get; } = text;

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsMarkdown => Path.EndsWith(".md", StringComparison.Ordinal);

    public string[] Lines => _lines ??= Text.TrimEnd('\n').Split('\n');

    // Preview: the pinned parser is older than C# 14 and knows its syntax under that name.
    public SyntaxTree Tree => _tree ??= CSharpSyntaxTree.ParseText(
        Text, new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse), Path);

    public IEnumerable<T> Nodes<T>()
        where T : SyntaxNode => Tree.GetRoot().DescendantNodes().OfType<T>();

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public Violation At(int line, string message) => new(Path, line, message);

    public Violation At(SyntaxNode node, string message) => At(node.GetLocation(), message);

    public Violation At(Location location, string message) =>
        new(Path, location.GetLineSpan().StartLinePosition.Line + 1, message);
}
