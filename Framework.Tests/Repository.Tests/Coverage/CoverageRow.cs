namespace Repository.Tests.Coverage;

/// <summary>A feature that tests are named after.</summary>
/// <param name="Id">As the documents write it: <c>EV-9b</c>, <c>A.7.3</c>, <c>M4</c>.</param>
/// <param name="Title">A few words.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="IsDue">Whether it should have a test by now.</param>
internal sealed record CoverageRow(string Id, string Title, string Group, bool IsDue);
