using System.Text;

namespace Concurrency.Examples.Daemon.Tests;

public sealed class UsersTableTests
{
    [Fact]
    public void Parse_UsersCommentsAndBlankLines_KnowsTheUsers()
    {
        var table = Parse("# who may log in\n\nanna one\r\n\tberta   two:2 \n");

        Assert.Equal(2, table.Count);
        Assert.True(table.Knows("anna", "one"));
        Assert.True(table.Knows("berta", "two:2"));
        Assert.False(table.Knows("anna", "two:2"));
        Assert.False(table.Knows("carla", ""));
    }

    [Theory]
    [InlineData("anna", "Line 1")]
    [InlineData("anna one\nberta two extra", "Line 2")]
    [InlineData("anna one\nanna two", "second time")]
    public void Parse_Malformed_NamesTheLine(string text, string names)
    {
        var refused = Assert.Throws<FormatException>(() => Parse(text));

        Assert.Contains(names, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NotUtf8_IsRefused() => Assert.Throws<FormatException>(() => UsersTable.Parse([0xff, 0xfe, 0x00]));

    private static UsersTable Parse(string text) => UsersTable.Parse(Encoding.UTF8.GetBytes(text));
}
