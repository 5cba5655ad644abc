using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Every await of the library states the same thing: back to our executor if there is one, else never a foreign context.</summary>
/// <remarks>That an await says it at all is CA2007, an error in Framework.</remarks>
internal static class AwaitRule
{
    public const string Argument = "Executor.Current is not null";

    public static IEnumerable<Violation> Check(IEnumerable<TextFile> library) =>
        from file in library
        from call in file.Nodes<InvocationExpressionSyntax>()
        where call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" }
        where call.ArgumentList.Arguments is not [var only] || (only.ToString() != Argument && !IsSuppression(file, only) && !IsForwarding(call, only))
        select file.At(call.ArgumentList, $"ConfigureAwait{call.ArgumentList} decides for every caller. Write .ConfigureAwait({Argument}).");

    // An await that must not throw has no boolean form: it asks for the executor itself or by a method of its file.
    private static bool IsSuppression(TextFile file, ArgumentSyntax argument)
    {
        var text = argument.ToString();
        return text.StartsWith("ConfigureAwaitOptions.SuppressThrowing", StringComparison.Ordinal)
            && (Asks(text) || file.Nodes<MethodDeclarationSyntax>()
                .Any(method => text.Contains($"{method.Identifier.Text}()", StringComparison.Ordinal) && Asks(method.ToString())));
    }

    // An awaitable of the library hands on what its caller asked for, and comes back to the executor all the same.
    private static bool IsForwarding(InvocationExpressionSyntax call, ArgumentSyntax argument) =>
        call.FirstAncestorOrSelf<MethodDeclarationSyntax>() is { Identifier.Text: "ConfigureAwait", ParameterList.Parameters: [var asked] }
        && argument.ToString() == $"{asked.Identifier.Text} || {Argument}";

    private static bool Asks(string code) => code.Contains("Executor.Current", StringComparison.Ordinal);
}
