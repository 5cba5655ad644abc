using System.Globalization;
using System.Text;
using Concurrency.Execution;
using Concurrency.Http;

namespace Concurrency.Examples.Daemon;

/// <summary>Answers the daemon's HTTP requests.</summary>
internal sealed class HttpApi(Users users, Func<StatsReport> statistics, WhoAmI identity)
{
    private const int LongestSlowMilliseconds = 60_000;

    public ValueTask HandleAsync(HttpExchange exchange, CancellationToken cancellationToken) => (exchange.Method, exchange.Path) switch
    {
        ("GET" or "HEAD", "/") => Sent(exchange.RespondAsync(200, identity, DaemonJson.Default.WhoAmI)),
        ("GET" or "HEAD", "/stats") => Sent(exchange.RespondAsync(200, statistics(), DaemonJson.Default.StatsReport)),
        ("GET" or "HEAD", "/slow") => SlowAsync(exchange, cancellationToken),
        ("GET" or "HEAD", "/private") => PrivateAsync(exchange),
        ("POST", "/echo") => EchoAsync(exchange, cancellationToken),
        (_, "/" or "/stats" or "/slow" or "/private") => NotAllowedAsync(exchange, "GET, HEAD"),
        (_, "/echo") => NotAllowedAsync(exchange, "POST"),
        _ => Sent(exchange.RespondAsync(404, $"There is no {exchange.Path} here.\n")),
    };

    private static async ValueTask Sent(ValueTask<bool> answer) => _ = await answer;

    private static async ValueTask EchoAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            body = await exchange.ReadBodyAsync(cancellationToken);
        }
        catch (IOException)
        {
            // The client's doing: the exchange answers 400, 408 or 413 when it is disposed, if anybody is still there.
            return;
        }

        var type = exchange.Headers.ContentType;
        await exchange.RespondAsync(200, body, type.Count == 0 ? "application/octet-stream" : type.ToString());
    }

    private static async ValueTask SlowAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        var text = exchange.Query["ms"].ToString();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) || milliseconds > LongestSlowMilliseconds)
        {
            await exchange.RespondAsync(400, $"ms is '{text}'. Give a whole number from 0 to {LongestSlowMilliseconds}.\n");
            return;
        }

        var clock = Executor.Current?.TimeProvider ?? TimeProvider.System;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, exchange.Aborted);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), clock, ending.Token);
        }
        catch (OperationCanceledException) when (exchange.Aborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
            return;
        }

        await exchange.RespondAsync(200, $"waited {milliseconds} ms\n");
    }

    private static ValueTask NotAllowedAsync(HttpExchange exchange, string allowed)
    {
        exchange.ResponseHeaders.Allow = allowed;
        return Sent(exchange.RespondAsync(405, $"{exchange.Method} is not for {exchange.Path}, only {allowed}.\n"));
    }

    private ValueTask PrivateAsync(HttpExchange exchange)
    {
        if (Credentials(exchange.Headers.Authorization.ToString()) is not (var user, var password) || !users.Table.Knows(user, password))
        {
            exchange.ResponseHeaders.WWWAuthenticate = "Basic realm=\"daemon\", charset=\"UTF-8\"";
            return Sent(exchange.RespondAsync(401, "Log in with a user of the users file.\n"));
        }

        return Sent(exchange.RespondAsync(200, $"Hello {user}.\n"));
    }

    private static (string User, string Password)? Credentials(string header)
    {
        const string scheme = "Basic ";
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = header.AsSpan(scheme.Length).Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var cut = text.IndexOf(':', StringComparison.Ordinal);
        return cut < 0 ? null : (text[..cut], text[(cut + 1)..]);
    }
}
