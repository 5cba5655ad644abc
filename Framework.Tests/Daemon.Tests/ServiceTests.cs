using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Concurrency.TestSupport;

namespace Concurrency.Examples.Daemon.Tests;

public sealed class ServiceTests(MachineLock machine) : IClassFixture<MachineLock>
{
    private const int Hangup = 1;
    private const int Interrupt = 2;
    private const int User1 = 10;
    private const int Terminate = 15;

    [Fact]
    public async Task Http_EachPath_AnswersAsDocumented()
    {
        Assert.NotNull(machine);
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = daemon.Http };

        using var identity = JsonDocument.Parse(await client.GetStringAsync("/").Within("GET /"));
        Assert.Contains($"pid={identity.RootElement.GetProperty("pid").GetInt32()}", daemon.ReadyLine, StringComparison.Ordinal);

        using var stats = JsonDocument.Parse(await client.GetStringAsync("/stats").Within("GET /stats"));
        Assert.Equal(
            ["http", "udp", "files", "signals"],
            stats.RootElement.GetProperty("components").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        Assert.All(stats.RootElement.GetProperty("components").EnumerateArray(), c =>
        {
            Assert.Equal(JsonValueKind.Object, c.GetProperty("source").ValueKind);
            Assert.Equal(JsonValueKind.Object, c.GetProperty("channel").ValueKind);
            // What is lost is told once, by the source.
            Assert.True(c.GetProperty("source").TryGetProperty("dropped", out _));
            Assert.DoesNotContain(c.GetProperty("channel").EnumerateObject(), p =>
                p.Name.Contains("drop", StringComparison.OrdinalIgnoreCase) || p.Name is "aborted" or "rejected");
        });
        Assert.NotEqual(0, stats.RootElement.GetProperty("executors").GetArrayLength());

        using var echo = await client.PostAsync("/echo", new StringContent("hello", Encoding.UTF8, "text/x-test")).Within("POST /echo");
        Assert.Equal("hello", await echo.Content.ReadAsStringAsync());
        Assert.Equal("text/x-test", echo.Content.Headers.ContentType?.MediaType);

        using var slow = await client.GetAsync("/slow?ms=1").Within("GET /slow");
        Assert.Equal(HttpStatusCode.OK, slow.StatusCode);
        using var badSlow = await client.GetAsync("/slow?ms=-1").Within("GET /slow with a bad value");
        Assert.Equal(HttpStatusCode.BadRequest, badSlow.StatusCode);
        using var nothing = await client.GetAsync("/nothing").Within("GET /nothing");
        Assert.Equal(HttpStatusCode.NotFound, nothing.StatusCode);
        using var wrongMethod = await client.GetAsync("/echo").Within("GET /echo");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
    }

    [Fact]
    public async Task Private_UsersFileChanges_FollowsItAndKeepsTheOldTableWhenItIsMalformed()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = daemon.Http };

        using var anonymous = await client.GetAsync("/private").Within("GET /private without a password");
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal("Basic", anonymous.Headers.WwwAuthenticate.Single().Scheme);

        await File.WriteAllTextAsync($"{daemon.UsersFile}.new", "anna one\n");
        File.Move($"{daemon.UsersFile}.new", daemon.UsersFile, overwrite: true);
        await LoginBecomesAsync(client, "anna", "one", HttpStatusCode.OK);

        await File.WriteAllTextAsync(daemon.UsersFile, "not a valid line at all\n");
        await File.WriteAllTextAsync(daemon.UsersFile, "berta two\n");
        await LoginBecomesAsync(client, "berta", "two", HttpStatusCode.OK);

        File.Delete(daemon.UsersFile);
        await LoginBecomesAsync(client, "berta", "two", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Udp_EachDatagram_IsAnsweredWithALine()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new UdpClient();
        client.Connect(daemon.Udp);

        for (var number = 1; number <= 3; number++)
        {
            await client.SendAsync(new byte[number * 100]).AsTask().Within("a datagram is sent");
            var reply = await client.ReceiveAsync().Within("its reply");
            Assert.Equal($$"""{"seq":{{number}},"size":{{number * 100}},"total":{{number}}}""" + "\n", Encoding.UTF8.GetString(reply.Buffer));
        }
    }

    [Fact]
    public async Task Signals_HangupReopensTheLogAndUser1LogsTheStatistics()
    {
        var directory = Directory.CreateTempSubdirectory("daemon-test-");
        var log = Path.Combine(directory.FullName, "log");
        await using (var daemon = await DaemonProcess.StartAsync("--log", log))
        {
            File.Move(log, $"{log}.1");
            daemon.Send(Hangup);
            await LogBecomesAsync(log, "the log was reopened");
            daemon.Send(User1);
            await LogBecomesAsync(log, "\"components\"");
            daemon.Send(Terminate);

            Assert.Equal(0, await daemon.ExitAsync());
            Assert.Empty(await daemon.RestOfOutputAsync());
        }

        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData("cooperative")]
    [InlineData("thread")]
    [InlineData("pool:4")]
    public async Task Terminate_FiftySlowRequestsInFlight_AllGet200(string executor)
    {
        await using var daemon = await DaemonProcess.StartAsync("--executor", $"http={executor}");
        using var client = new HttpClient { BaseAddress = daemon.Http };
        var slow = Enumerable.Range(0, 50).Select(_ => client.GetAsync("/slow?ms=3000")).ToArray();
        await InFlightBecomesAsync(client, 50);

        daemon.Send(Terminate);
        var answers = await Task.WhenAll(slow).Within("the answers");

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Equal(0, await daemon.ExitAsync());
    }

    [Fact]
    public async Task Interrupt_Twice_StopsAtOnceWithItsExitCode()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = daemon.Http };
        var slow = client.GetAsync("/slow?ms=60000");
        await InFlightBecomesAsync(client, 1);

        daemon.Send(Interrupt);
        await RefusesConnectionsAsync(daemon);
        daemon.SendUntilExit(Interrupt);

        Assert.Equal(130, await daemon.ExitAsync());
        await ((Task)slow).ContinueWith(_ => { }, TaskScheduler.Default).Within("the end of the request");
        Assert.False(Directory.Exists(Path.GetDirectoryName(daemon.UsersFile)));
    }

    [Fact]
    public async Task Capacity_FourUnder64Connections_AnswersOnly200And503()
    {
        await using var daemon = await DaemonProcess.StartAsync("--capacity", "http=4");
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 64 };
        using var client = new HttpClient(handler) { BaseAddress = daemon.Http };

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async _ =>
        {
            var statuses = new List<HttpStatusCode>();
            for (var i = 0; i < 20; i++)
            {
                using var answer = await client.GetAsync("/slow?ms=5");
                statuses.Add(answer.StatusCode);
            }

            return statuses;
        })).Within("all answers");

        Assert.All(answers.SelectMany(a => a), s => Assert.True(s is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.Contains(answers.SelectMany(a => a), s => s == HttpStatusCode.OK);
        daemon.Send(Terminate);
        Assert.Equal(0, await daemon.ExitAsync());
    }

    [Fact]
    public async Task Drive_OneSecond_EveryAccountHolds()
    {
        var (exitCode, output, errors) = await DaemonProcess.RunAsync("--drive", "1");

        Assert.True(exitCode == 0, output + errors);
        Assert.EndsWith("the accounts hold\n", output, StringComparison.Ordinal);
        Assert.Matches("; [0-9]+ users files, [1-9][0-9]* of them malformed on purpose\n", output);
        Assert.DoesNotContain("users file", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(" Information ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hangup_WithoutALogFile_ReopensNothing()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = daemon.Http };

        daemon.Send(Hangup);
        await HandledBecomesAsync(client, "signals", 1);
        daemon.Send(Terminate);

        Assert.Equal(0, await daemon.ExitAsync());
        var errors = await daemon.ErrorsAsync();
        Assert.Contains("Received SIGHUP: the log goes to stderr", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("reopened", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Echo_BodyThatNeverComes_Gets503WhenItsHandlerIsCancelledAndNobodyIsBlamed()
    {
        await using var daemon = await DaemonProcess.StartAsync();
        using var client = new HttpClient { BaseAddress = daemon.Http };
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPEndPoint.Parse(daemon.Http.Authority));
        await socket.SendAsync("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf"u8.ToArray());
        await InFlightBecomesAsync(client, 1);

        daemon.Send(Terminate);
        await RefusesConnectionsAsync(daemon);
        daemon.SendUntilExit(Terminate);
        using var reader = new StreamReader(new NetworkStream(socket));
        var answer = await reader.ReadToEndAsync().Within("the answer");

        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nRetry-After: ", answer, StringComparison.Ordinal);
        Assert.Equal(143, await daemon.ExitAsync());
        Assert.DoesNotContain("was not answered by its handler", await daemon.ErrorsAsync(), StringComparison.Ordinal);
    }

    private static async Task LoginBecomesAsync(HttpClient client, string user, string password, HttpStatusCode expected)
    {
        for (var tries = 0; tries < 100_000; tries++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/private");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
            using var answer = await client.SendAsync(request).Within($"a login of {user}");
            if (answer.StatusCode == expected)
            {
                return;
            }
        }

        Assert.Fail($"The login of {user} did not become {expected}.");
    }

    private static async Task InFlightBecomesAsync(HttpClient client, int count)
    {
        for (var tries = 0; tries < 100_000; tries++)
        {
            using var stats = JsonDocument.Parse(await client.GetStringAsync("/stats").Within("GET /stats"));
            var http = stats.RootElement.GetProperty("components").EnumerateArray().First();
            if (http.GetProperty("handler").GetProperty("running").GetInt32() > count)
            {
                return;
            }
        }

        Assert.Fail($"{count} requests did not get into their handlers.");
    }

    private static async Task HandledBecomesAsync(HttpClient client, string component, int count)
    {
        for (var tries = 0; tries < 100_000; tries++)
        {
            using var stats = JsonDocument.Parse(await client.GetStringAsync("/stats").Within("GET /stats"));
            var found = stats.RootElement.GetProperty("components").EnumerateArray().Single(c => c.GetProperty("name").GetString() == component);
            if (found.GetProperty("handler").GetProperty("handled").GetInt64() >= count)
            {
                return;
            }
        }

        Assert.Fail($"The component {component} did not handle {count} events.");
    }

    private static async Task LogBecomesAsync(string path, string text)
    {
        for (var tries = 0; tries < 1_000_000; tries++)
        {
            if (File.Exists(path) && (await File.ReadAllTextAsync(path)).Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The log did not get '{text}'.");
    }

    private static async Task RefusesConnectionsAsync(DaemonProcess daemon)
    {
        for (var tries = 0; tries < 1_000_000; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPEndPoint.Parse(daemon.Http.Authority));
            }
            catch (SocketException)
            {
                return;
            }
        }

        Assert.Fail("The daemon still accepts connections.");
    }
}
