using Repository.Tests.Rules;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>Code blocks, links and the table of names in Markdown.</summary>
public sealed class DocumentationTests
{
    private const string Update = "UPDATE_SNIPPETS";

    private static readonly TextFile s_source = new(
        SnippetRule.SourceFolder + "/A.cs",
        "class A\n{\n    #region smallest\n    var x = 1;\n\n    if (x > 0)\n        x++;\n    #endregion\n}\n");

    private static readonly string[] s_body = ["var x = 1;", "", "if (x > 0)", "    x++;"];

    [Fact]
    public void Snippets_InEveryPage_AreTheCodeOfTests()
    {
        var violations = new List<Violation>();
        var sources = WorkingTree.Files.Where(file => file.IsCSharp && file.IsUnder(SnippetRule.SourceFolder)).ToArray();
        var pages = WorkingTree.Files.Where(file => file.IsMarkdown).ToArray();
        var snippets = SnippetRule.Read(sources, violations);
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            Rewrite(pages, snippets);
            return;
        }

        Report.None(violations
            .Concat(pages.SelectMany(page => SnippetRule.Check(page, snippets)))
            .Concat(SnippetRule.Unused(sources, pages)));
    }

    [Fact]
    public void Links_BetweenPages_LeadSomewhere() => Report.None(LinkRule.Check(WorkingTree.Files));

    [Fact]
    public void Names_OfTheTable_ExistInTheirNamespaces() => Report.None(
        BoldNameRule.Check(WorkingTree.Files.Single(file => file.Path == BoldNameRule.Table), ShippedAssembly.ExportedTypes()));

    [Fact]
    public void SnippetRule_AcceptsTheBodyOfTheRegion() => Assert.Empty(SnippetRule.Check(Page(s_body), Snippets()));

    [Fact]
    public void SnippetRule_SeesAnotherBody() =>
        Report.Finds(SnippetRule.Check(Page("var x = 1;", "", "if (x > 1)", "    x++;"), Snippets()), 7, "if (x > 0)");

    [Fact]
    public void SnippetRule_FillsABlockWithItsRegion()
    {
        var violations = new List<Violation>();

        Assert.Equal(Page(s_body).Lines, SnippetRule.Fill(Page("old"), Snippets(), violations));
        Assert.Empty(violations);
    }

    [Theory]
    [InlineData("```csharp\nvar x = 1;\n```\n", 1, "nobody compiles")]
    [InlineData("text\n\n```cs\nvar x = 1;\n```\n", 3, "nobody compiles")]
    [InlineData("<!-- snippet: missing -->\n```csharp\n```\n", 2, "no region 'missing'")]
    [InlineData("```\nplain\n```\n", 1, "no language")]
    [InlineData("```bash\nls\n", 1, "no end")]
    public void SnippetRule_SeesAFreeBlock(string markdown, int line, string words) =>
        Report.Finds(SnippetRule.Check(new TextFile("docs/a.md", markdown), Snippets()), line, words);

    [Fact]
    public void SnippetRule_AllowsOtherLanguages() =>
        Assert.Empty(SnippetRule.Check(new TextFile("docs/a.md", "```bash\nls\n```\n"), Snippets()));

    [Fact]
    public void SnippetRule_SeesANameThatIsTaken()
    {
        var violations = new List<Violation>();
        SnippetRule.Read([s_source, s_source], violations);

        Report.Finds(violations, 3, "A second snippet");
    }

    [Fact]
    public void SnippetRule_SeesARegionThatNoPageShows()
    {
        Report.Finds(SnippetRule.Unused([s_source], [new TextFile("docs/a.md", "text\n")]), 3, "No page shows");
        Assert.Empty(SnippetRule.Unused([s_source], [Page(s_body)]));
    }

    [Theory]
    [InlineData("See [it](missing.md).", true)]
    [InlineData("See [it](b.md#other).", true)]
    [InlineData("See [it](../../outside.md).", true)]
    [InlineData("See [it](b.md#the-long-way).", false)]
    [InlineData("See [it](../README.md) and [the folder](../docs).", false)]
    [InlineData("See [it](https://example.org/x).", false)]
    public void LinkRule_SeesWhatLeadsNowhere(string text, bool broken)
    {
        var page = new TextFile("docs/a.md", $"\n{text}\n");
        var found = LinkRule.Check([page, new("docs/b.md", "# The long way\n"), new("README.md", "")]).ToArray();

        Assert.Equal(broken ? [2] : [], found.Select(violation => violation.Line));
    }

    [Theory]
    [InlineData("| **Executor** | `Concurrency.Channels` |", "There is no public 'Executor'")]
    [InlineData("| **Executor.Missing** | `Concurrency.Execution` |", "There is no public 'Executor.Missing'")]
    [InlineData("| **Nothing** | `Concurrency.Execution` |", "There is no public 'Nothing'")]
    public void BoldNameRule_SeesAFalseRow(string row, string words) => Report.Finds(
        BoldNameRule.Check(new TextFile(BoldNameRule.Table, $"| name | namespace |\n|---|---|\n{row}\n"), [typeof(Concurrency.Execution.Executor)])
            .Where(violation => !violation.Message.Contains("lacks", StringComparison.Ordinal)),
        3, words);

    [Fact]
    public void BoldNameRule_SeesAFixedNameThatIsNotListed() => Report.Finds(
        BoldNameRule.Check(
            new TextFile(BoldNameRule.Table, "| **Executor**, **`Executor.Current`** | `Concurrency.Execution` |\n"),
            [typeof(Concurrency.Execution.Executor), typeof(Concurrency.Channels.BoundedChannelPolicy)]),
        1, "lacks 'BoundedChannelPolicy' (Concurrency.Channels)");

    private static IReadOnlyDictionary<string, string[]> Snippets() => SnippetRule.Read([s_source], []);

    private static TextFile Page(params string[] body) =>
        new("docs/a.md", $"# A\n\n<!-- snippet: smallest -->\n```csharp\n{string.Join('\n', body)}\n```\nend\n");

    private static void Rewrite(IEnumerable<TextFile> pages, IReadOnlyDictionary<string, string[]> snippets)
    {
        foreach (var page in pages)
        {
            var text = string.Join('\n', SnippetRule.Fill(page, snippets, [])) + "\n";
            if (text != page.Text)
            {
                File.WriteAllText(WorkingTree.Absolute(page.Path), text);
            }
        }
    }
}
