using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Concurrency.Bench.Http;

/// <summary>Kestrel with nothing around it: no host, no middleware, no logging; the request is answered where it was parsed.</summary>
internal sealed class BareKestrel : IHttpApplication<HttpContext>, IDisposable
{
    private readonly KestrelServer _server;
    private ListenOptions? _bound;

    public BareKestrel()
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            _bound = listen;
        });
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }

    public int Port => _bound?.IPEndPoint?.Port ?? 0;

    public Task StartAsync() => _server.StartAsync(this, CancellationToken.None);

    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context)
    {
        context.Response.ContentType = HelloReply.ContentType;
        context.Response.ContentLength = HelloReply.Body.Length;
        return context.Response.Body.WriteAsync(HelloReply.Body, CancellationToken.None).AsTask();
    }

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public void Dispose() => _server.Dispose();
}
