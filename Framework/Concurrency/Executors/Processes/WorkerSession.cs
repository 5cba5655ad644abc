using System.Diagnostics;
using System.Net.Sockets;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>The worker's side of a connection: reads requests on a thread of its own, runs them on the .NET thread pool, writes replies.</summary>
/// <remarks>The reading thread blocks and needs no pool: work that holds every thread can neither delay a cancellation nor the end.</remarks>
internal sealed class WorkerSession(ProcessWorkCatalog catalog, Socket socket)
{
    private static readonly TimeSpan s_exitPatience = TimeSpan.FromSeconds(2);

    private readonly FrameStream _incoming = new(new NetworkStream(socket, ownsSocket: false));
    private readonly object _sending = new();
    private readonly object _gate = new();
    private readonly Dictionary<long, WorkerCall> _calls = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WelcomeFrame _welcome = new(Handshake.LimitBytes, TimeSpan.Zero);

    /// <summary>The largest payload that the executor takes.</summary>
    public int MaximumFrameBytes => _welcome.MaximumFrameBytes;

    /// <summary>Serves until the executor has closed the connection or has died.</summary>
    public async Task RunAsync()
    {
        EventHandler announce = (_, _) => AnnounceExit();
        AppDomain.CurrentDomain.ProcessExit += announce;
        new Thread(Serve) { IsBackground = true, Name = "worker session" }.UnsafeStart();
        await _ended.Task.ConfigureAwait(Executor.Current is not null);
    }

    public void Reply(WorkerCall call, FrameWriter reply)
    {
        lock (_gate)
        {
            _calls.Remove(call.Id);
            if (_calls.Count == 0)
            {
                Monitor.PulseAll(_gate);
            }
        }

        Send(reply.ToFrame());
    }

    private void Send(ReadOnlyMemory<byte> frame)
    {
        QuietMonitor.Enter(_sending);
        try
        {
            SendAll(frame.Span);
        }
        finally
        {
            Monitor.Exit(_sending);
        }
    }

    private void SendAll(ReadOnlySpan<byte> frame)
    {
        try
        {
            while (!frame.IsEmpty)
            {
                frame = frame[socket.Send(frame)..];
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The executor has gone; the reading thread learns of it and ends the process.
        }
    }

    private void Serve()
    {
        try
        {
            Send(Handshake.Hello(catalog.Names));
            if (_incoming.Read(Handshake.LimitBytes) is { } welcome)
            {
                _welcome = WelcomeFrame.Read(welcome);
                while (_incoming.Read(_welcome.MaximumFrameBytes) is { } payload)
                {
                    Take(new FrameReader(payload));
                }
            }
        }
        catch (InvalidDataException)
        {
            // Nothing that follows can be understood either: the executor sees the worker end.
            Environment.ExitCode = 1;
        }

        StopCalls();
        _ended.TrySetResult();
        EndProcess();
    }

    private void Take(FrameReader frame)
    {
        switch (frame.ReadKind())
        {
            case FrameKind.Request:
                Begin(RequestFrame.Read(frame));
                break;
            case FrameKind.Cancel:
                Find(frame.ReadInt64())?.Cancel();
                break;
            case var other:
                throw new InvalidDataException($"A frame of the kind {(byte)other} came, which an executor does not send.");
        }
    }

    private void Begin(RequestFrame request)
    {
        if (!catalog.TryFind(request.Name, out var work))
        {
            Send(ReplyFrame.OfFailure(
                request.Id,
                FailureKind.UnknownWork,
                nameof(KeyNotFoundException),
                $"The worker's catalogue has no work '{request.Name}'. Pass the same catalogue to ProcessWorker.TryRunAsync and to the executor.",
                stack: null).ToFrame());
            return;
        }

        var call = new WorkerCall(this, work, request);
        lock (_gate)
        {
            _calls.Add(call.Id, call);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static call => _ = call.RunAsync(), call, preferLocal: false);
    }

    private WorkerCall? Find(long id)
    {
        lock (_gate)
        {
            return _calls.GetValueOrDefault(id);
        }
    }

    /// <summary>Cancels what runs, and waits for its end as long as the executor's patience was.</summary>
    private void StopCalls()
    {
        WorkerCall[] calls;
        lock (_gate)
        {
            calls = [.. _calls.Values];
        }

        foreach (var call in calls)
        {
            call.Cancel();
        }

        lock (_gate)
        {
            var since = TimeProvider.System.GetTimestamp();
            while (_calls.Count > 0 && _welcome.Patience - TimeProvider.System.GetElapsedTime(since) is { Ticks: > 0 } left)
            {
                Monitor.Wait(_gate, left);
            }
        }
    }

    /// <summary>Ends the process when Main does not return: work that ignores its cancellation must not outlive the executor.</summary>
    private static void EndProcess()
    {
        using var never = new ManualResetEventSlim(initialState: false, spinCount: 0);
        never.Wait(s_exitPatience);
        new Thread(static () => Environment.Exit(Environment.ExitCode)) { IsBackground = true, Name = "worker exit" }.UnsafeStart();
        never.Wait(s_exitPatience);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }

    /// <summary>Tells the executor that the process exits with a code: it could not tell that from a signal.</summary>
    private void AnnounceExit()
    {
        // Work that exits while another thread cannot send must not be kept from exiting.
        if (QuietMonitor.TryEnter(_sending, s_exitPatience))
        {
            try
            {
                SendAll(new FrameWriter(FrameKind.Exiting, sizeof(byte)).ToFrame().Span);
            }
            finally
            {
                Monitor.Exit(_sending);
            }
        }
    }
}
