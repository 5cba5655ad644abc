using Concurrency.Executors;

namespace Concurrency.Tests.Executors;

public sealed class CodeNamesTests
{
    [Theory]
    [InlineData("Ns.Type", "Handle", "Ns.Type.Handle")]
    [InlineData("Ns.Type+Inner", "Handle", "Ns.Type.Inner.Handle")]
    [InlineData("Ns.Type+<HandleAsync>d__3", "MoveNext", "Ns.Type.HandleAsync")]
    [InlineData("Ns.Type`2+<HandleAsync>d__3[[Ns.Other+Nested, Some.Assembly, Version=1.0.0.0]]", "MoveNext", "Ns.Type.HandleAsync")]
    [InlineData("Program+<>c", "<Main>b__0_1", "Program.Main (lambda)")]
    [InlineData("Program+<>c__DisplayClass0_0", "<<Main>$>b__1", "Program.Main (lambda)")]
    [InlineData("Program+<<Main>$>d__0", "MoveNext", "Program.Main")]
    [InlineData("Program+<>c__DisplayClass0_0+<<<Main>$>b__0>d", "MoveNext", "Program.Main (lambda)")]
    [InlineData("Program", "<<Main>$>g__Handle|0_1", "Program.Main.Handle")]
    [InlineData("Program+<<<Main>$>g__HandleAsync|0_1>d", "MoveNext", "Program.Main.HandleAsync")]
    [InlineData("Ns.Type+<>c", "<<Handle>b__0_0>b__0_1", "Ns.Type.Handle (lambda)")]
    [InlineData("Ns.Type+Enumerator", "MoveNext", "Ns.Type.Enumerator.MoveNext")]
    [InlineData(null, "Handle", "Handle")]
    [InlineData("Ns.Type", "<odd", "Ns.Type.<odd")]
    public void Readable_CompilerMadeNames_AreThoseOfTheSource(string? type, string method, string expected) =>
        Assert.Equal(expected, CodeNames.Readable(type, method));

    [Theory]
    [InlineData("Concurrency", nameof(CodeOrigin.Framework))]
    [InlineData("Concurrency.Sources, Version=1.0.0.0, Culture=neutral", nameof(CodeOrigin.Framework))]
    [InlineData("Concurrency.Http", nameof(CodeOrigin.Framework))]
    [InlineData("Concurrency.Services", nameof(CodeOrigin.Framework))]
    [InlineData("System.Private.CoreLib", nameof(CodeOrigin.DotNet))]
    [InlineData("System", nameof(CodeOrigin.DotNet))]
    [InlineData("Microsoft.Extensions.Logging", nameof(CodeOrigin.DotNet))]
    [InlineData("ConcurrencyUser", nameof(CodeOrigin.User))]
    [InlineData("Concurrency.Tests", nameof(CodeOrigin.User))]
    [InlineData("SystemOfMine", nameof(CodeOrigin.User))]
    public void OriginOf_AnAssembly_IsWhoWroteIt(string assembly, string expected) =>
        Assert.Equal(expected, CodeNames.OriginOf(assembly).ToString());
}
