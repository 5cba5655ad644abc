using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Concurrency.Channels;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>One worker that has answered: its process, its connection, and the requests it has.</summary>
/// <remarks>What the crew decides (in flight, accepting, idle) is guarded by the crew's gate; the rest is the worker's own.</remarks>
internal sealed class WorkerProcess
{
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Socket _socket;
    private readonly FrameStream _incoming;
    private readonly ProcessExecutorOptions _options;
    private readonly BoundedChannel<ReadOnlyMemory<byte>> _outgoing;
    private volatile string? _killReason;
    private bool _announcedExit;

    public WorkerProcess(Process process, Socket socket, FrameStream incoming, ProcessExecutorOptions options)
    {
        _process = process;
        _socket = socket;
        _incoming = incoming;
        _options = options;
        ProcessId = process.Id;

        // A request, its cancellation, and the cancellation of the request before it: more can never wait to be sent.
        _outgoing = BoundedChannel.Create<ReadOnlyMemory<byte>>((3 * options.RequestsPerWorker) + 1);
    }

    public int ProcessId { get; }

    public Dictionary<long, ProcessRequest> InFlight { get; } = [];

    /// <summary>How many of them were told to stop and have not.</summary>
    public int Stopping { get; set; }

    /// <summary>Whether it gets new requests.</summary>
    public bool IsAccepting { get; set; } = true;

    public long Served { get; set; }

    /// <summary>When it last had nothing to do, and the timer that ends it then; null as long as it need not end.</summary>
    public long IdleSince { get; set; }

    /// <inheritdoc cref="IdleSince"/>
    public ITimer? IdleTimer { get; set; }

    /// <summary>Whether it was the crew that wanted it to be killed.</summary>
    public bool IsCondemned { get; private set; }

    /// <summary>Why it was killed by us; null if it was not.</summary>
    public string? KillReason => _killReason;

    /// <summary>Whether it was found to have ended before the crew was told.</summary>
    public bool HasGone { get; private set; }

    /// <summary>Queues a frame; never waits.</summary>
    /// <returns>False if the worker has gone.</returns>
    public bool TrySend(ReadOnlyMemory<byte> frame)
    {
        HasGone |= !_outgoing.Writer.TryWrite(frame);
        return !HasGone;
    }

    /// <summary>Tells the worker that nothing more comes, after which it ends.</summary>
    public void Close() => _outgoing.Writer.TryComplete();

    /// <summary>Marks the worker as one that we end by force; the caller holds the crew's gate and calls <see cref="Kill()"/> without it.</summary>
    public void Condemn(string reason)
    {
        IsAccepting = false;
        IsCondemned = true;
        _killReason ??= reason;
    }

    public void Kill()
    {
        Close();
        Kill(_process);
    }

    /// <summary>Passes replies on until the worker has ended, and then says how.</summary>
    public async Task<WorkerExit> RunAsync(Action<WorkerProcess, ReplyFrame> onReply)
    {
        var exited = _process.WaitForExitAsync();
        var sending = SendAsync();
        var receiving = ReceiveAsync(onReply);
        if (await Task.WhenAny(receiving, exited).ConfigureAwait(Executor.Current is not null) == exited)
        {
            await LetFinishAsync(receiving).ConfigureAwait(Executor.Current is not null);
        }
        else
        {
            await LetExitAsync(exited).ConfigureAwait(Executor.Current is not null);
        }

        _socket.Dispose();
        Close();
        await receiving.ConfigureAwait(Executor.Current is not null);
        await sending.ConfigureAwait(Executor.Current is not null);
        _outgoing.Dispose();
        var exit = WorkerExit.Of(_process.ExitCode, _announcedExit);
        _process.Dispose();
        return exit;
    }

    internal static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception)
        {
            // It ended by itself meanwhile, which is what was wanted.
        }
    }

    // The kernel closes the connection with the process, unless native code forked without executing another program.
    private async Task LetFinishAsync(Task receiving)
    {
        try
        {
            await receiving.WaitAsync(s_lastWords, _options.TimeProvider).ConfigureAwait(Executor.Current is not null);
        }
        catch (TimeoutException)
        {
            _killReason ??= "its connection stayed open after its end.";
        }
    }

    private async Task LetExitAsync(Task exited)
    {
        try
        {
            await exited.WaitAsync(_options.ShutdownTimeout, _options.TimeProvider).ConfigureAwait(Executor.Current is not null);
        }
        catch (TimeoutException)
        {
            _killReason ??= ProcessMessages.DidNotEnd(_options.ShutdownTimeout);
            Kill(_process);
            await exited.ConfigureAwait(Executor.Current is not null);
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync().ConfigureAwait(Executor.Current is not null))
            {
                while (_outgoing.Reader.TryRead(out var frame))
                {
                    await SendAllAsync(frame).ConfigureAwait(Executor.Current is not null);
                }
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The worker has gone: the receiving side learns of it, and answers for the requests.
        }
    }

    private async Task SendAllAsync(ReadOnlyMemory<byte> frame)
    {
        while (!frame.IsEmpty)
        {
            frame = frame[await _socket.SendAsync(frame).ConfigureAwait(Executor.Current is not null)..];
        }
    }

    private async Task ReceiveAsync(Action<WorkerProcess, ReplyFrame> onReply)
    {
        try
        {
            while (await _incoming.ReadAsync(_options.MaximumFrameBytes, CancellationToken.None)
                .ConfigureAwait(Executor.Current is not null) is { } payload)
            {
                Take(new FrameReader(payload), onReply);
            }
        }
        catch (Exception error)
        {
            // Whatever it was: without a reader nobody would ever answer for the requests, so the worker ends here.
            _killReason ??= ProcessMessages.BrokeProtocol(error);
            Kill();
        }
    }

    private void Take(FrameReader frame, Action<WorkerProcess, ReplyFrame> onReply)
    {
        switch (frame.ReadKind())
        {
            case FrameKind.Result:
                onReply(this, ReplyFrame.ReadResult(frame));
                break;
            case FrameKind.Failure:
                onReply(this, ReplyFrame.ReadFailure(frame));
                break;
            case FrameKind.Exiting:
                _announcedExit = true;
                break;
            case var other:
                throw new InvalidDataException($"A frame of the kind {(byte)other} came, which a worker does not send.");
        }
    }
}
