// Published trimmed and run once by .ci/run: what the trimmer must not break, in one pass. Prints "ok" or fails.
var channel = BoundedChannel.Create<int>(capacity: 4);
await using var loop = new CooperativeExecutor("trim-check");
var sum = loop.RunAsync(async cancellationToken =>
{
    var total = 0;
    await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
    {
        total += item;
    }

    return total;
});

for (var item = 1; item <= 100; item++)
{
    await channel.Writer.WriteAsync(item);
}

channel.Writer.Complete();
if (await sum != 5050)
{
    Console.Error.WriteLine($"The sum of 1 to 100 came out as {await sum}.");
    return 1;
}

Console.WriteLine("ok");
return 0;
