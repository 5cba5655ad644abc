// A program of somebody else: the packages alone bring every name below, without a using of ours.
using System.Net;

var channel = BoundedChannel.Create<int>(new BoundedChannelPolicy(2) { FullMode = ChannelFullMode.Wait });
await using var executor = ExecutorSpec.Parse("cooperative").Create("consumer");
await using var udp = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));
await using var http = new HttpSource();
await using var signals = new SignalSource(PosixSignals.User1);
await using var files = new FileWatchSource(Path.GetTempPath());
IEventSource<HttpExchange> requests = http;
Action<HostedComponentOptions<int>> configure = options => options.Executor = "pool:2";

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
Console.WriteLine(seen == 3 && requests.Events is not null && configure is not null ? "ok" : $"read {seen} instead of 3");
