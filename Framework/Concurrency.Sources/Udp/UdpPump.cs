using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Concurrency.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Pumps;

namespace Concurrency.Sources.Udp;

/// <summary>Receives in batches, and gives others on the executor their turn in between.</summary>
internal sealed class UdpPump(SourceRun<UdpDatagram> run, DatagramPort port, UdpSourceOptions options)
    : ISourcePump, IDisposable
{
    private const int TurnBudget = 64;

    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed",
        Justification = "A stop may come at any time, after disposal too; a source without a timer holds nothing to release.")]
    private readonly CancellationTokenSource _ceased = new();

    private readonly UdpSocket _socket = new(run.Name, port, options);
    private DatagramReceiver? _receiver;
    private DatagramPool? _pool;
    private DatagramSlot[] _batch = [];
    private RemoteEndPoints? _senders;
    private TimeProvider _clock = TimeProvider.System;
    private long _truncated;
    private long _errors;

    public UdpSocket Socket => _socket;

    public UdpStatistics Statistics => _socket.Statistics with
    {
        Truncated = Interlocked.Read(ref _truncated),
        ReceiveErrors = Interlocked.Read(ref _errors),
    };

    public void Begin(Executor executor)
    {
        var local = _socket.Bind();
        _clock = options.TimeProvider ?? executor.TimeProvider;
        _receiver = _socket.CreateReceiver(executor);
        _batch = new DatagramSlot[_receiver.BatchSize];
        _senders = new RemoteEndPoints(local);
        _pool = new DatagramPool(this, local.Serialize(), options.Capacity + (2 * _batch.Length));
    }

    public async Task RunAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_ceased.Token, run.Ending);
        run.ReportStarted();
        try
        {
            await ReceiveAsync(ending.Token).ConfigureAwait(Executor.Current is not null);
        }
        catch (OperationCanceledException) when (run.StopRequested)
        {
            // Stopped while waiting for a datagram or for room.
        }
        catch (SocketException error)
        {
            throw new IOException($"The source '{run.Name}' can no longer receive on {_socket.LocalEndPoint}: {error.Message}. Make a new source.", error);
        }
        finally
        {
            PublishHeld(_receiver!);
            _receiver!.Dispose();
        }
    }

    public void Cease() => _ceased.Cancel();

    public long Abandon() => 0;

    public IPEndPoint EndPointOf(SocketAddress address) => _senders!.Of(address);

    public ValueTask ReplyAsync(DatagramSlot to, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var sending = _socket.SendAsync(payload, to.From, cancellationToken);
        if (!sending.IsCompleted)
        {
            to.Lend();
        }

        return sending;
    }

    /// <summary>Closes the socket; nothing can be sent afterwards.</summary>
    public void Dispose()
    {
        _receiver?.Dispose();
        _socket.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        var receiver = _receiver!;
        var turn = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            // A stop may have come with the room: what the kernel holds then is not published any more.
            if (options.FullMode == ChannelFullMode.Wait
                && (!await run.WaitForRoomAsync().ConfigureAwait(Executor.Current is not null) || cancellationToken.IsCancellationRequested))
            {
                break;
            }

            try
            {
                var count = receiver.TryReceive(MostToReceive(receiver));
                if (count == 0)
                {
                    await receiver.WaitAsync(cancellationToken).ConfigureAwait(Executor.Current is not null);
                    continue;
                }

                Publish(receiver, count);
                turn += count;
            }
            catch (SocketException error) when (Survives(error.SocketErrorCode))
            {
                turn++;
            }

            if (turn >= TurnBudget)
            {
                turn = 0;
                await Executor.Yield();
            }
        }

        run.Ending.ThrowIfCancellationRequested();
    }

    /// <summary>What a stop has left between a wait and its receive is out of the kernel: it is an event like any other.</summary>
    private void PublishHeld(DatagramReceiver receiver)
    {
        if (receiver.Held is > 0 and var count)
        {
            Publish(receiver, receiver.TryReceive(count));
        }
    }

    // Where nothing may be lost, only as many as there is room for: what was taken from the kernel could not be given back.
    private int MostToReceive(DatagramReceiver receiver) => options.FullMode == ChannelFullMode.Wait
        ? Math.Min(receiver.BatchSize, options.Capacity - run.Events.Count)
        : receiver.BatchSize;

    private void Publish(DatagramReceiver receiver, int count)
    {
        var now = _clock.GetTimestamp();
        var slots = _batch.AsSpan(0, count);
        _pool!.Take(slots);
        for (var i = 0; i < count; i++)
        {
            var slot = slots[i];
            receiver.CopyTo(slot, i);
            slot.Timestamp = now;
            if (slot.IsTruncated)
            {
                Interlocked.Increment(ref _truncated);
            }

            var datagram = new UdpDatagram(slot);
            if (!run.TryPublish(datagram))
            {
                // Only an abort can have closed the channel, or taken the room that was waited for.
                run.CountAbandoned();
                datagram.Dispose();
            }
        }

        slots.Clear();
    }

    /// <summary>Whether an error is about one datagram or one peer and not about the socket.</summary>
    private bool Survives(SocketError error)
    {
        switch (error)
        {
            case SocketError.Interrupted:
                return true;
            case SocketError.ConnectionRefused or SocketError.ConnectionReset or SocketError.ConnectionAborted
                or SocketError.HostUnreachable or SocketError.HostDown or SocketError.HostNotFound
                or SocketError.NetworkUnreachable or SocketError.NetworkDown or SocketError.NetworkReset
                or SocketError.NoBufferSpaceAvailable or SocketError.MessageSize or SocketError.TimedOut or SocketError.AccessDenied:
                Interlocked.Increment(ref _errors);
                run.CountError();
                return true;
            default:
                return false;
        }
    }
}
