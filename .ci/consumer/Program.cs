// A program of somebody else: the packages alone bring every name below, without a using.
var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.Wait });
await using var executor = new CooperativeExecutor("consumer");
var seen = 0;
await TaskScope.RunAsync(async scope =>
{
    _ = scope.Start("reader", async cancellationToken =>
    {
        await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
        {
            seen += item;
        }
    }, executor);
    await channel.Writer.WriteAsync(1);
    await channel.Writer.WriteAsync(2);
    channel.Writer.Complete();
});
Console.WriteLine(seen == 3 ? "ok" : $"read {seen} instead of 3");
