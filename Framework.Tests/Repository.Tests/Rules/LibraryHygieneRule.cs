using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>No failure can vanish and no suppression goes unexplained in the library.</summary>
internal static class LibraryHygieneRule
{
    public static IEnumerable<Violation> Check(IEnumerable<TextFile> library) => library.SelectMany(file =>
        AsyncVoid(file).Concat(SilentCatches(file)).Concat(Pragmas(file)).Concat(Suppressions(file)));

    private static IEnumerable<Violation> AsyncVoid(TextFile file) =>
        from method in file.Nodes<MethodDeclarationSyntax>()
        where method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void"
        select file.At(method, $"'{method.Identifier}' is async void: nobody can see it fail. Return a Task and observe it.");

    private static IEnumerable<Violation> SilentCatches(TextFile file) =>
        from clause in file.Nodes<CatchClauseSyntax>()
        where clause.Block.Statements.Count == 0 && !clause.Block.DescendantTrivia().Any(IsComment)
        select file.At(clause, "An empty catch without a reason. Handle the failure or say in a comment why it is none.");

    private static IEnumerable<Violation> Pragmas(TextFile file) =>
        from trivia in file.Tree.GetRoot().DescendantTrivia()
        where trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia)
        let pragma = (PragmaWarningDirectiveTriviaSyntax)trivia.GetStructure()!
        where pragma.DisableOrRestoreKeyword.IsKind(SyntaxKind.DisableKeyword)
        where pragma.ErrorCodes.Count == 0 || !pragma.DescendantTrivia().Any(IsComment)
        select file.At(trivia.GetLocation(), "A warning is switched off without its code or a reason. Write '#pragma warning disable CODE // why'.");

    private static IEnumerable<Violation> Suppressions(TextFile file) =>
        from attribute in file.Nodes<AttributeSyntax>()
        where attribute.Name.ToString().EndsWith("SuppressMessage", StringComparison.Ordinal)
        where attribute.ArgumentList?.Arguments.Any(argument => argument.NameEquals?.Name.ToString() == "Justification") != true
        select file.At(attribute, "A suppression without a Justification. Say why the warning does not apply.");

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia);
}
