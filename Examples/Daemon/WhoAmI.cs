namespace Concurrency.Examples.Daemon;

/// <summary>What <c>GET /</c> answers.</summary>
internal sealed record WhoAmI(string Name, string Version, int Pid, DateTimeOffset Started);
