using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository.Tests.Rules;

/// <summary>What the rules ask about type declarations.</summary>
internal static class TypeShape
{
    public static bool IsTopLevelType(SyntaxNode node) =>
        node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax
        && node.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax;

    public static string NameOf(MemberDeclarationSyntax type) => type switch
    {
        BaseTypeDeclarationSyntax declaration => declaration.Identifier.Text,
        DelegateDeclarationSyntax declaration => declaration.Identifier.Text,
        _ => throw new ArgumentException($"'{type.Kind()}' is not a type declaration.", nameof(type)),
    };

    public static int ArityOf(MemberDeclarationSyntax type) => type switch
    {
        TypeDeclarationSyntax declaration => declaration.Arity,
        DelegateDeclarationSyntax declaration => declaration.Arity,
        _ => 0,
    };

    public static bool Is(MemberDeclarationSyntax type, SyntaxKind modifier) => type.Modifiers.Any(modifier);
}
