using System.Net;
using System.Net.Sockets;
using Concurrency.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Documentation.Tests;

/// <summary>The program of the README.</summary>
public sealed class ReadmeSnippets
{
    [Fact]
    public async Task ReadmeProgram_AnswersDatagramsAndRequests()
    {
        using var console = new CapturedConsole();
        using var hosts = new BuiltHosts();
        var program = ProgramAsync(["--Logging:LogLevel:Default=None", "--Components:udp:Executor=thread"]);
        var words = (await console.LineAsync("ready").Within("the program is ready")).Split(' ');

        using var sender = new UdpClient(AddressFamily.InterNetwork);
        await sender.SendAsync("hello"u8.ToArray(), IPEndPoint.Parse(words[2]));
        var reply = await sender.ReceiveAsync().Within("the reply");
        using var client = new HttpClient();
        var answer = await client.GetStringAsync(words[1]).Within("the answer");
        hosts.Last.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await program.Within("the end of the program");

        Assert.Equal("hello"u8.ToArray(), reply.Buffer);
        Assert.Equal("/ was asked for; datagrams so far: 1\n", answer);
    }

    private static async Task ProgramAsync(string[] args)
    {
        #region readme-program
        var builder = Host.CreateApplicationBuilder(args);
        var http = new HttpSource(new HttpSourceOptions { Capacity = 64 });
        var udp = new UdpSource(new IPEndPoint(IPAddress.Loopback, 0));
        var seen = 0;

        builder.AddComponent<HttpExchange>(
            "http",
            _ => http,
            async (exchange, _) => await exchange.RespondAsync(200, $"{exchange.Path} was asked for; datagrams so far: {seen}\n"),
            options => options.Concurrency = 16);

        builder.AddComponent<UdpDatagram>(
            "udp",
            _ => udp,
            async (datagram, cancellationToken) =>
            {
                seen++;
                await datagram.ReplyAsync(datagram.Payload, cancellationToken);
            });

        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine($"ready http://{http.Endpoints[0]}/ {udp.LocalEndPoint}");
        await host.WaitForShutdownAsync();
        #endregion
    }
}
