using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Concurrency.Examples.Daemon;

/// <summary>Asks the daemon over HTTP, several clients at once.</summary>
internal sealed class HttpDriver(ServiceDaemon daemon, DriveLog log)
{
    private const int Clients = 8;

    public async Task RunAsync(CancellationToken ending)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{daemon.Http.Endpoints[0]}/") };
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => ClientAsync(client, number, ending)));
    }

    private async Task ClientAsync(HttpClient client, int number, CancellationToken ending)
    {
        for (var round = number; round == number || !ending.IsCancellationRequested; round++)
        {
            switch (round % 6)
            {
                case 0:
                    await ExpectAsync(client, new(HttpMethod.Get, ""), HttpStatusCode.OK);
                    break;
                case 1:
                    await ExpectAsync(client, new(HttpMethod.Get, "stats"), HttpStatusCode.OK);
                    break;
                case 2:
                    await EchoAsync(client, $"round {round}");
                    break;
                case 3:
                    await ExpectAsync(client, new(HttpMethod.Get, "slow?ms=5"), HttpStatusCode.OK);
                    break;
                case 4:
                    await ExpectAsync(client, WithPassword("nobody", "wrong"), HttpStatusCode.Unauthorized);
                    break;
                default:
                    await ExpectAsync(client, new(HttpMethod.Get, "nothing"), HttpStatusCode.NotFound);
                    break;
            }
        }
    }

    private async Task EchoAsync(HttpClient client, string text)
    {
        var answer = await ExpectAsync(client, new(HttpMethod.Post, "echo") { Content = new StringContent(text) }, HttpStatusCode.OK);
        if (answer is not null && answer != text)
        {
            log.Problem($"POST /echo answered '{answer}' to '{text}'.");
        }
    }

    /// <returns>The body; null when the daemon was busy (503), which is an answer too.</returns>
    private async Task<string?> ExpectAsync(HttpClient client, HttpRequestMessage request, HttpStatusCode expected)
    {
        using (request)
        {
            log.Requested();
            using var response = await client.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            log.Answered();
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            if (response.StatusCode != expected)
            {
                log.Problem($"{request.Method} {request.RequestUri} was answered {(int)response.StatusCode} instead of {(int)expected}.");
            }

            return body;
        }
    }

    private static HttpRequestMessage WithPassword(string user, string password) => new(HttpMethod.Get, "private")
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))) },
    };
}
