namespace Documentation.Tests;

/// <summary>The code blocks about channels.</summary>
public sealed class ChannelSnippets
{
    [Fact]
    public async Task ChannelsSmallest_PrintsEveryItemInOrder()
    {
        using var console = new CapturedConsole();

        #region channels-smallest
        var channel = BoundedChannel.Create<string>(capacity: 8);

        await channel.Writer.WriteAsync("first");
        await channel.Writer.WriteAsync("second");
        channel.Writer.Complete();

        await foreach (var item in channel.Reader.ReadAllAsync())
        {
            Console.WriteLine(item);
        }
        #endregion

        Assert.Equal(["first", "second"], console.Lines);
    }
}
