using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Tests do not wait for the wall clock, and a skipped test says why.</summary>
internal static class TestHygieneRule
{
    public const int ReasonLength = 15;

    // The last two show that a simulation refuses to wait for the clock.
    private static readonly HashSet<string> s_mayWait = new(StringComparer.Ordinal)
    {
        "Framework.Tests/TestSupport/MachineLock.cs",
        "Framework.Tests/Concurrency.Testing.Tests/Capture/CapturedModeTests.cs",
        "Framework.Tests/Documentation.Tests/SimulationModeSnippets.cs",
    };

    public static IEnumerable<Violation> Check(IEnumerable<TextFile> tests) => tests.SelectMany(file => Waits(file).Concat(Skips(file)));

    private static IEnumerable<Violation> Waits(TextFile file) =>
        from call in file.Nodes<InvocationExpressionSyntax>()
        let callee = call.Expression.ToString().Replace("System.Threading.", "", StringComparison.Ordinal)
        where callee is "Thread.Sleep" || (callee is "Task.Delay" or "Tasks.Task.Delay" && !IsOnAClock(call.ArgumentList))
        where !s_mayWait.Contains(file.Path)
        select file.At(call, $"{callee}{call.ArgumentList} waits for the wall clock. Wait for a signal, or give Task.Delay a test's TimeProvider.");

    // Syntax only: a delay on a clock has it as its second argument; a token there means the system's clock.
    // An infinite delay waits for its token, not for a clock.
    private static bool IsOnAClock(ArgumentListSyntax list) =>
        list.Arguments is [var first, var second, ..]
        && (first.ToString() is "Timeout.Infinite" or "Timeout.InfiniteTimeSpan" || IsClock(second));

    private static bool IsClock(ArgumentSyntax second) =>
        !second.ToString().Contains("token", StringComparison.OrdinalIgnoreCase)
        && !second.ToString().Contains("cancel", StringComparison.OrdinalIgnoreCase)
        && !second.ToString().Contains("TimeProvider.System", StringComparison.Ordinal)
        && !second.Expression.IsKind(SyntaxKind.DefaultLiteralExpression);

    private static IEnumerable<Violation> Skips(TextFile file) =>
        from argument in file.Nodes<AttributeArgumentSyntax>()
        where argument.NameEquals?.Name.ToString() == "Skip"
        where argument.Expression is not LiteralExpressionSyntax literal || literal.Token.ValueText.Trim().Length < ReasonLength
        select file.At(argument, "A test is skipped without a reason. Say what is missing and when it will run, or repair it.");
}
