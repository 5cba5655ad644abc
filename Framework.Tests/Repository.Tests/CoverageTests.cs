using Repository.Tests.Coverage;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>The table of rows and tests is what the tests say.</summary>
public sealed class CoverageTests
{
    private const string Update = "UPDATE_COVERAGE";

    private static readonly TextFile s_rows = new(
        CoverageTable.RowsFile, "# a comment\n= first\n+ EV-9b | one thing\n+ A.7.3 | another\n= second\n- M4 | a third\n");

    private static readonly TextFile s_tests = new(
        "Framework.Tests/A.cs",
        "class ATests\n{\n    [Fact]\n    public void EV9b_It_Works() { }\n    [Theory]\n    public void EV9b_A7_3_It_WorksTwice(int x) { }\n"
        + "    public void M4_NoTest() { }\n    [LinuxFact]\n    public void It_IsNamedAfterNothing() { }\n}\n");

    [Fact]
    public void Table_OfRowsAndTests_IsCurrent()
    {
        var violations = new List<Violation>();
        var rows = CoverageTable.Rows(WorkingTree.Files.Single(file => file.Path == CoverageTable.RowsFile), violations);
        var tests = CoverageTable.Tests(WorkingTree.Files.Where(file => file.IsCSharp && file.IsUnder("Framework.Tests"))).ToArray();
        var text = CoverageTable.Text(rows, tests);
        Report.None(violations.Concat(CoverageTable.Strangers(rows, tests)));
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(WorkingTree.Absolute(CoverageTable.Page), text);
            return;
        }

        var page = WorkingTree.Files.SingleOrDefault(file => file.Path == CoverageTable.Page)?.Text ?? "";
        var same = text.Split('\n').Zip(page.Split('\n')).TakeWhile(pair => pair.First == pair.Second).Count();
        Assert.True(
            text == page,
            $"{CoverageTable.Page}:{same + 1}: should be '{text.Split('\n').ElementAtOrDefault(same)}'. "
            + "Run 'UPDATE_COVERAGE=1 dotnet test Framework.Tests/Repository.Tests'.");
    }

    [Fact]
    public void CoverageTable_CountsTestsAfterTheIdsOfTheirNames()
    {
        var tests = CoverageTable.Tests([s_tests]).ToArray();

        Assert.Equal(["EV-9b", "EV-9b", "A.7.3"], tests.Select(test => test.Id));
        Assert.Equal([4, 6, 6], tests.Select(test => test.Line));
    }

    [Fact]
    public void CoverageTable_CountsEveryTestOfAClassThatIsNamedAfterARow() => Assert.Equal(
        ["M4", "M4", "EV-9b"],
        CoverageTable.Tests([new("Framework.Tests/A.cs", "class M4_A { [Fact] void X() { } [Fact] void EV9b_Y() { } }")]).Select(test => test.Id));

    [Fact]
    public void CoverageTable_ShowsRowsWithTheirTests()
    {
        var violations = new List<Violation>();
        var rows = CoverageTable.Rows(s_rows, violations);
        var text = CoverageTable.Text(rows, [.. CoverageTable.Tests([s_tests]).Where(test => test.Id != "A.7.3")]);

        Assert.Empty(violations);
        Assert.Contains("\n1 of 2 rows", text, StringComparison.Ordinal);
        Assert.Contains("without a test\n\nA.7.3\n", text, StringComparison.Ordinal);
        Assert.Contains("| EV-9b | one thing | 2 | `ATests` |", text, StringComparison.Ordinal);
        Assert.Contains("| A.7.3 | another | **none** |  |", text, StringComparison.Ordinal);
        Assert.Contains("| M4 | a third | later |  |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CoverageTable_SeesATestOfAnUnknownRow() => Report.Finds(
        CoverageTable.Strangers([new CoverageRow("EV-9b", "a", "b", true)], CoverageTable.Tests([s_tests])), 6, "row A.7.3");

    [Theory]
    [InlineData("+ EV-1")]
    [InlineData("* EV-1 | title")]
    [InlineData("+ EV-9b | the second of this name")]
    public void CoverageTable_SeesALineThatIsNoRow(string line)
    {
        var violations = new List<Violation>();
        CoverageTable.Rows(new TextFile(CoverageTable.RowsFile, "+ EV-9b | one\n" + line + "\n"), violations);

        Report.Finds(violations, 2, "Not a row");
    }
}
