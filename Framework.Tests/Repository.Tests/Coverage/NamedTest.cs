namespace Repository.Tests.Coverage;

/// <summary>A test whose name, or whose class's name, begins with the ID of a row.</summary>
internal sealed record NamedTest(string Id, string Name, string Class, string Path, int Line);
