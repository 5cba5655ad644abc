using Repository.Tests.Rules;
using Repository.Tests.Scanning;

namespace Repository.Tests;

/// <summary>Words, waits, awaits, suppressions, line ends and projects.</summary>
public sealed class HygieneTests
{
    [Fact]
    public void Words_OfOneMachineOrOfUnfinishedWork_AreNowhere() => Report.None(BannedWordsRule.Check(WorkingTree.Files));

    [Fact]
    public void Awaits_OfTheLibrary_StayOnTheExecutor() => Report.None(AwaitRule.Check(WorkingTree.Library));

    [Fact]
    public void Library_HidesNoFailureAndExplainsSuppressions() => Report.None(LibraryHygieneRule.Check(WorkingTree.Library));

    [Fact]
    public void Tests_DoNotWaitForTheClockNorSkipInSilence() => Report.None(
        TestHygieneRule.Check(WorkingTree.Files.Where(file => file.IsCSharp && file.IsUnder("Framework.Tests"))));

    [Fact]
    public void Files_HaveOneForm() => Report.None(TextFormRule.Check(WorkingTree.Files));

    [Fact]
    public void Projects_AreListedLockedAndCentrallyVersioned() => Report.None(ProjectRule.Check(WorkingTree.Files));

    [Theory]
    [InlineData("see /ro", "ot/notes")]
    [InlineData("cd /wo", "rk/main")]
    [InlineData("/ho", "me/someone/src")]
    [InlineData("\"C:\\Us", "ers\\someone\"")]
    [InlineData("https://api.nu", "get.org/v3/index.json")]
    [InlineData("wget http://deb.deb", "ian.org/debian")]
    [InlineData("// TO", "DO: later")]
    [InlineData("throw new NotImplemented", "Exception();")]
    public void BannedWordsRule_SeesPlantedWords(string first, string second) =>
        Report.Finds(BannedWordsRule.Check([Library($"class A\n{{\n{first}{second}\n}}")]), 3, "is ");

    [Theory]
    [InlineData("https://example.org/work/item")]
    [InlineData("Framework/work/item")]
    [InlineData("~/work/item")]
    [InlineData("$root/work/item")]
    public void BannedWordsRule_AllowsRelativePathsAndAddresses(string text) => Assert.Empty(BannedWordsRule.Check([Library(text)]));

    [Theory]
    [InlineData("ConfigureAwait(false)")]
    [InlineData("ConfigureAwait(true)")]
    [InlineData("ConfigureAwait(continueOnCapturedContext: false)")]
    [InlineData("ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing)")]
    public void AwaitRule_SeesALiteral(string call) => Report.Finds(
        AwaitRule.Check([Library($"class A\n{{\n    async Task M(Task t) => await t.{call};\n}}")]), 3, "decides for every caller");

    [Theory]
    [InlineData("Executor.Current is not null")]
    [InlineData("ConfigureAwaitOptions.SuppressThrowing | (Executor.Current is null ? None : ContinueOnCapturedContext)")]
    [InlineData("ConfigureAwaitOptions.SuppressThrowing | Context()")]
    public void AwaitRule_AllowsWhatAsksForTheExecutor(string argument) => Assert.Empty(AwaitRule.Check([Library(
        $"class A {{ async Task M(Task t) => await t.ConfigureAwait({argument}); static object Context() => Executor.Current ?? X; }}")]));

    [Theory]
    [InlineData("wanted || Executor.Current is not null", true)]
    [InlineData("wanted", false)]
    public void AwaitRule_AllowsAnAwaitableToForwardWhatWasAsked(string argument, bool allowed) => Assert.Equal(allowed, !AwaitRule.Check([Library(
        $"class A {{ B ConfigureAwait(bool wanted) => _wait.ConfigureAwait({argument}); }}")]).Any());

    [Theory]
    [InlineData("async void M() { }", "async void")]
    [InlineData("void M() { try { } catch (IOException) { } }", "empty catch")]
    [InlineData("#pragma warning disable CS0168", "switched off")]
    [InlineData("#pragma warning disable // everything", "switched off")]
    [InlineData("[SuppressMessage(\"Usage\", \"CA1\")] void M() { }", "Justification")]
    public void LibraryHygieneRule_SeesWhatHides(string line, string words) =>
        Report.Finds(LibraryHygieneRule.Check([Library($"class A\n{{\n{line}\n}}")]), 3, words);

    [Theory]
    [InlineData("void M() { try { } catch (IOException)\n{\n// The file is gone, which was the aim.\n} }")]
    [InlineData("#pragma warning disable CS0168 // read by the debugger")]
    [InlineData("[SuppressMessage(\"Usage\", \"CA1\", Justification = \"Known to be closed.\")] void M() { }")]
    public void LibraryHygieneRule_AllowsWhatIsExplained(string text) =>
        Assert.Empty(LibraryHygieneRule.Check([Library($"class A\n{{\n{text}\n}}")]));

    [Theory]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("System.Threading.Thread.Sleep(1);")]
    [InlineData("await Task.Delay(10);")]
    [InlineData("await Task.Delay(10, cancellationToken);")]
    [InlineData("await Task.Delay(10, CancellationToken.None);")]
    [InlineData("await Task.Delay(ten, TimeProvider.System);")]
    [InlineData("await Task.Delay(ten, default);")]
    public void TestHygieneRule_SeesAWait(string statement) => Report.Finds(
        TestHygieneRule.Check([Test($"class A\n{{\n    async Task M()\n    {{\n        {statement}\n    }}\n}}")]), 5, "wall clock");

    [Theory]
    [InlineData("await Task.Delay(ten, executor.TimeProvider);")]
    [InlineData("await Task.Delay(ten, clock, cancellationToken);")]
    [InlineData("await Task.Delay(Timeout.Infinite, cancellationToken);")]
    [InlineData("const string Text = \"Thread.Sleep(1)\"; // Task.Delay(1)")]
    public void TestHygieneRule_AllowsAClockOfTheTest(string statement) =>
        Assert.Empty(TestHygieneRule.Check([Test($"class A {{ async Task M() {{ {statement}\n }} }}")]));

    [Theory]
    [InlineData("Skip = \"\"")]
    [InlineData("Skip = \"flaky\"")]
    [InlineData("Skip = Reasons.None")]
    public void TestHygieneRule_SeesASkipWithoutAReason(string skip) =>
        Report.Finds(TestHygieneRule.Check([Test($"class A\n{{\n    [Fact({skip})]\n    void M() {{ }}\n}}")]), 3, "without a reason");

    [Theory]
    [InlineData("class A;\n\nclass B; \n", 3, "Blanks")]
    [InlineData("class A;\r\n", 1, "carriage return")]
    [InlineData("class A\n{\n\tint _x;\n}\n", 3, "tab")]
    [InlineData("class A;", 1, "no newline")]
    public void TextFormRule_SeesOtherForms(string text, int line, string words) => Report.Finds(TextFormRule.Check([Library(text)]), line, words);

    [Theory]
    [InlineData("<PackageReference Include=\"X\" Version=\"1.0.0\" />", "Pin it")]
    [InlineData("<ProjectReference Include=\"../Concurrency.Testing/Concurrency.Testing.csproj\" />", "Only tests may")]
    public void ProjectRule_SeesVersionsAndTheTestKit(string line, string words)
    {
        var project = new TextFile("Framework/A/A.csproj", $"<Project>\n  {line}\n</Project>\n");

        Report.Finds(ProjectRule.Check([project, new("Framework/A/packages.lock.json", ""), Solution("Framework\\A\\A.csproj")]), 2, words);
    }

    [Fact]
    public void ProjectRule_SeesAProjectThatNobodyBuildsOrLocks()
    {
        var project = new TextFile("Framework/A/A.csproj", "<Project />\n");

        Report.Finds(ProjectRule.Check([project, Solution("Framework\\A\\A.csproj")]), 1, "packages.lock.json");
        Report.Finds(ProjectRule.Check([project, new("Framework/A/packages.lock.json", ""), Solution("B.csproj")]), 1, "not in Concurrency.sln");
    }

    private static TextFile Solution(string project) => new("Concurrency.sln", $"Project = \"{project}\"\n");

    private static TextFile Library(string text) => new("Framework/Concurrency/Channels/A.cs", text);

    private static TextFile Test(string text) => new("Framework.Tests/Concurrency.Tests/A.cs", text);
}
