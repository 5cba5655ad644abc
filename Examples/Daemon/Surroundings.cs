using System.Runtime.InteropServices;
using Concurrency.Executors;
using Concurrency.Http;
using Concurrency.Sources;
using Concurrency.Sources.Files;
using Concurrency.Sources.Signals;
using Concurrency.Sources.Udp;

namespace Concurrency.Examples.Daemon;

/// <summary>What the daemon takes from outside: the machine's own, unless a simulation puts its own in the place of it.</summary>
internal sealed record Surroundings
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes the executors; null for the host's own.</summary>
    public ExecutorRegistry? Executors { get; init; }

    public Func<HttpSourceOptions, IEventSource<HttpExchange>> Http { get; init; } = static options => new HttpSource(options);

    public Func<DaemonOptions, UdpSourceOptions, UdpSource> Udp { get; init; } = static (daemon, options) => new UdpSource(daemon.Udp, options);

    public Func<string, FileWatchSourceOptions, IEventSource<FileChange>> Files { get; init; } = static (path, options) => new FileWatchSource(path, options);

    public Func<PosixSignal[], SignalSourceOptions, IEventSource<SignalEvent>> Signals { get; init; } =
        static (signals, options) => new SignalSource(signals, options);
}
