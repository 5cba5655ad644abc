namespace Concurrency.Bench.Http;

/// <summary>What the load generator shall do, one line of JSON on its input.</summary>
/// <param name="Port">Of the server on 127.0.0.1.</param>
/// <param name="Connections">Kept open during the run.</param>
/// <param name="Seconds">How long to send.</param>
/// <param name="Rate">Requests per second over all connections, or 0 for as many as possible.</param>
internal sealed record LoadOrder(int Port, int Connections, double Seconds, double Rate);
