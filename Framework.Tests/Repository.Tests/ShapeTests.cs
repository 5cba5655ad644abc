using Repository.Tests.Rules;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>The shape of files, methods and constructors.</summary>
public sealed class ShapeTests
{
    [Fact]
    public void Files_OfTheLibrary_HoldOnePublicTypeAndAreNamedAfterIt() => Report.None(FileShapeRule.CheckNames(WorkingTree.Library));

    [Fact]
    public void Files_StayWithinTheirLimits() => Report.None(FileShapeRule.CheckLengths(WorkingTree.Files));

    [Fact]
    public void Regions_AreOnlyInDocumentationSources() => Report.None(FileShapeRule.CheckRegions(WorkingTree.Files));

    [Fact]
    public void Syntax_OfEveryFile_IsUnderstoodByTheRules() => Report.None(FileShapeRule.CheckSyntax(WorkingTree.Files));

    [Fact]
    public void Methods_OfTheLibrary_StayWithinTheirLimits() => Report.None(MethodShapeRule.Check(WorkingTree.Library));

    [Fact]
    public void FileShapeRule_SeesASecondPublicType() => Report.Finds(
        FileShapeRule.CheckNames([Library("A", "public class A;\ninternal class C;\npublic enum B { None }")]), 3, "second public type, 'B'");

    [Theory]
    [InlineData("A", "public class B;")]
    [InlineData("AOfT", "public class A;")]
    [InlineData("As", "public class A;")]
    [InlineData("A", "internal delegate void B();")]
    public void FileShapeRule_SeesAFileWithAnotherName(string name, string text) =>
        Report.Finds(FileShapeRule.CheckNames([Library(name, text)]), 1, "The file is named");

    [Theory]
    [InlineData("A", "public class A { public class Nested; }")]
    [InlineData("AOfT", "public class A<T>;")]
    [InlineData("A", "public class A<T>;")]
    [InlineData("A", "file class Helper;\npublic static class A { extension(string s) { public int Twice() => s.Length * 2; } }")]
    [InlineData("A.Role", "public partial class A;")]
    [InlineData("AOfKey", "public class A<T, TKey>;")]
    [InlineData("As", "internal abstract class A;\ninternal sealed class B : A;")]
    public void FileShapeRule_AllowsTheUsualForms(string name, string text) => Assert.Empty(FileShapeRule.CheckNames([Library(name, text)]));

    [Theory]
    [InlineData("Framework/Concurrency/A.cs", 400)]
    [InlineData("Framework.Tests/Concurrency.Tests/A.cs", 600)]
    [InlineData("Framework/Concurrency/Concurrency.csproj", 30)]
    [InlineData("README.md", 200)]
    public void FileShapeRule_SeesOneLineTooMany(string path, int limit)
    {
        var full = string.Concat(Enumerable.Repeat("\n", limit - 1)) + "x\n";

        Assert.Empty(FileShapeRule.CheckLengths([new TextFile(path, full)]));
        Report.Finds(FileShapeRule.CheckLengths([new TextFile(path, "\n" + full)]), limit + 1, $"the limit is {limit}");
    }

    [Fact]
    public void FileShapeRule_SeesARegion()
    {
        const string Text = "class A\n{\n    #region Fields\n    #endregion\n}\n";

        Report.Finds(FileShapeRule.CheckRegions([Library("A", Text)]), 3, "region");
        Assert.Empty(FileShapeRule.CheckRegions([new TextFile(SnippetRule.SourceFolder + "/A.cs", Text)]));
    }

    [Fact]
    public void FileShapeRule_SeesWhatItsParserCannotRead() => Assert.NotEmpty(FileShapeRule.CheckSyntax([Library("A", "class A { int }")]));

    [Theory]
    [InlineData("void M()\n{", "}")]
    [InlineData("int P\n{\nget\n{", "}\n}")]
    [InlineData("A()\n{", "}")]
    [InlineData("int P => new[] {", "}.Length;")]
    public void MethodShapeRule_SeesALongBody(string head, string tail) => Report.Finds(
        MethodShapeRule.Check([Library("A", $"class A\n{{\n{head}\n{new string('\n', 40)}{tail}\n}}")]),
        head.Contains("get", StringComparison.Ordinal) ? 5 : 3, "the limit is 40");

    [Fact]
    public void MethodShapeRule_CountsFromTheSignature()
    {
        var body = string.Concat(Enumerable.Repeat("        ;\n", MethodShapeRule.MethodLines - 3));
        var text = $"class A\n{{\n    /// <summary>Long.</summary>\n    [Obsolete]\n    void M()\n    {{\n{body}    }}\n}}\n";

        Assert.Empty(MethodShapeRule.Check([Library("A", text)]));
        Report.Finds(MethodShapeRule.Check([Library("A", text.Replace("    {\n", "    {\n\n", StringComparison.Ordinal))]), 5, "'M' has 41 lines");
    }

    [Theory]
    [InlineData("class A\n{\n    A(int a, int b, int c, int d, int e, int f) { }\n}", 3)]
    [InlineData("class A(int a, int b, int c, int d, int e, int f);", 1)]
    [InlineData("record struct A(int B, int C, int D, int E, int F, int G);", 1)]
    public void MethodShapeRule_SeesASixthConstructorParameter(string text, int line) =>
        Report.Finds(MethodShapeRule.Check([Library("A", text)]), line, "6 parameters");

    private static TextFile Library(string name, string text) => new($"Framework/Concurrency/Channels/{name}.cs", text);
}
