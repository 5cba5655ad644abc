namespace Concurrency.Bench.Sources;

/// <summary>Where to send datagrams on 127.0.0.1, and for how long.</summary>
internal sealed record FloodOrder(int Port, double Seconds);
