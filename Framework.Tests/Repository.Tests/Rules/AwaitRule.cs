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
        where call.ArgumentList.Arguments is not [var only] || only.ToString() != Argument
        select file.At(call.ArgumentList, $"ConfigureAwait{call.ArgumentList} decides for every caller. Write .ConfigureAwait({Argument}).");
}
