using System.Net;
using System.Net.Sockets;

namespace Documentation.Tests;

public sealed partial class BridgeSnippets
{
    /// <summary>Answers each line with itself, in capitals, on the loopback interface.</summary>
    private static async Task<IPEndPoint> StartEchoServerAsync(CancellationToken cancellationToken)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = ServeAsync();
        await Task.CompletedTask;
        return (IPEndPoint)listener.LocalEndpoint;

        async Task ServeAsync()
        {
            using (listener)
            {
                while (!cancellationToken.IsCancellationRequested)
                {
                    _ = AnswerAsync(await listener.AcceptTcpClientAsync(cancellationToken));
                }
            }
        }

        async Task AnswerAsync(TcpClient client)
        {
            using (client)
            {
                using var reader = new StreamReader(client.GetStream());
                await using var writer = new StreamWriter(client.GetStream()) { AutoFlush = true };
                while (await reader.ReadLineAsync(cancellationToken) is { } line)
                {
                    await writer.WriteLineAsync(line.ToUpperInvariant());
                }
            }
        }
    }

    #region bridge-echo-logic
    public sealed class EchoClient(ILineConnection connection)
    {
        public string Greet(string name)
        {
            connection.Send("hello");
            var greeting = connection.Receive();
            connection.Send(name);
            return $"{greeting}, {connection.Receive()}";
        }
    }

    public interface ILineConnection : IDisposable
    {
        void Send(string line);

        string Receive();
    }
    #endregion

    #region bridge-echo-connection
    public sealed class LineConnection(IPEndPoint server, IBlockingContext context) : ILineConnection
    {
        private readonly TcpClient _client = Connect(server, context);

        public void Send(string line) =>
            context.Wait(token => _client.GetStream().WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"), token).AsTask());

        public string Receive() => context.Wait(ReadLineAsync);

        public void Dispose() => _client.Dispose();

        private static TcpClient Connect(IPEndPoint server, IBlockingContext context)
        {
            var client = new TcpClient();
            context.Wait(token => client.ConnectAsync(server, token).AsTask());
            return client;
        }

        private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
        {
            var line = new List<byte>();
            var one = new byte[1];
            while (await _client.GetStream().ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
            {
                line.Add(one[0]);
            }

            return System.Text.Encoding.UTF8.GetString([.. line]).TrimEnd();
        }
    }
    #endregion
}
