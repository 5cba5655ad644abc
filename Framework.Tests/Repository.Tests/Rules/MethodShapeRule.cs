using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Library methods have at most 40 lines from signature to last brace, constructors at most 5 parameters.</summary>
internal static class MethodShapeRule
{
    public const int MethodLines = 40;
    public const int ConstructorParameters = 5;

    public static IEnumerable<Violation> Check(IEnumerable<TextFile> library) =>
        library.SelectMany(file => Lengths(file).Concat(Constructors(file)));

    private static IEnumerable<Violation> Lengths(TextFile file) =>
        from node in file.Nodes<SyntaxNode>()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
            or PropertyDeclarationSyntax { ExpressionBody: not null }
        let lines = LinesOf(node)
        where lines > MethodLines
        select file.At(FirstTokenOf(node).GetLocation(), $"'{LabelOf(node)}' has {lines} lines, the limit is {MethodLines}. Split it by job.");

    private static IEnumerable<Violation> Constructors(TextFile file) =>
        from node in file.Nodes<MemberDeclarationSyntax>()
        let parameters = node switch
        {
            ConstructorDeclarationSyntax constructor => constructor.ParameterList,
            TypeDeclarationSyntax type => type.ParameterList,
            _ => null,
        }
        where parameters?.Parameters.Count > ConstructorParameters
        select file.At(parameters, $"A constructor with {parameters.Parameters.Count} parameters, the limit is {ConstructorParameters}. "
            + "Take an options record.");

    private static int LinesOf(SyntaxNode node)
    {
        var tree = node.SyntaxTree;
        var first = tree.GetLineSpan(FirstTokenOf(node).Span).StartLinePosition.Line;
        return tree.GetLineSpan(node.Span).EndLinePosition.Line - first + 1;
    }

    // Attributes are not part of the method's body of work.
    private static SyntaxToken FirstTokenOf(SyntaxNode node)
    {
        var child = node.ChildNodesAndTokens().First(child => !child.IsKind(SyntaxKind.AttributeList));
        return child.IsToken ? child.AsToken() : child.AsNode()!.GetFirstToken();
    }

    private static string LabelOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        LocalFunctionStatementSyntax function => function.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        _ => node.Kind().ToString(),
    };
}
