using Concurrency.Execution;

namespace Concurrency.Examples.Daemon;

/// <summary>One executor.</summary>
internal sealed record ExecutorReport(string Name, string Kind, ExecutorStatistics Statistics);
