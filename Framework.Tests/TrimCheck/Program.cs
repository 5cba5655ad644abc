// Published trimmed and run once by .ci/run: what the trimmer must not break, in one pass. Prints "ok" or fails.
using System.Net;
using TrimCheck;

using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
await using var loop = ExecutorSpec.Parse("cooperative").Create("loop");
await using var pool = ExecutorSpec.Parse("pool:2").Create("pool");

await Check.That("a channel between executors", async () =>
{
    var channel = BoundedChannel.Create<int>(capacity: 4);
    var sum = loop.RunAsync(async cancellationToken =>
    {
        var total = 0;
        await foreach (var item in channel.Reader.ReadAllAsync(cancellationToken))
        {
            total += item;
        }

        return total;
    });
    await pool.RunAsync(async cancellationToken =>
    {
        for (var item = 1; item <= 100; item++)
        {
            await channel.Writer.WriteAsync(item, cancellationToken);
        }

        channel.Writer.Complete();
    });
    return await sum == 5050;
});

await Check.That("a datagram", async () =>
{
    await using var source = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));
    await source.StartAsync(loop, patience.Token);
    await source.SendToAsync(new byte[] { 1, 2, 3 }, source.LocalEndPoint!, patience.Token);
    using var datagram = await source.Events.ReadAsync(patience.Token);
    return datagram.Payload.Length == 3;
});

await Check.That("a file", async () =>
{
    var folder = Directory.CreateTempSubdirectory("trim-check");
    await using var source = new FileWatchSource(folder.FullName);
    await source.StartAsync(loop, patience.Token);
    await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), "text", patience.Token);
    await source.Events.ReadAsync(patience.Token);
    folder.Delete(recursive: true);
    return true;
});

await Check.That("a signal, on the runtime's signal thread", async () =>
{
    await using var source = new SignalSource(PosixSignals.User1);
    await source.StartAsync(loop, patience.Token);
    if (Check.Kill(Environment.ProcessId, (int)PosixSignals.User1) != 0)
    {
        return false;
    }

    await source.Events.ReadAsync(patience.Token);
    return source.Delivery == SignalDelivery.SignalThread;
});

Console.WriteLine("ok");
return 0;
