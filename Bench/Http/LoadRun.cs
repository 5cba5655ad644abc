using System.Diagnostics;
using Concurrency.Bench.Interop;
using Concurrency.Bench.Ratios;

namespace Concurrency.Bench.Http;

/// <summary>Sends requests from one thread over many connections, as fast as they are answered or at a fixed rate.</summary>
/// <remarks>
/// At a fixed rate the loop is open: requests are due at times that do not depend on the answers, and latency counts from
/// then, also for a request that had to wait for the answer before it. A slow server cannot slow its own load down.
/// </remarks>
internal sealed class LoadRun : IDisposable
{
    private readonly LoadOrder _order;
    private readonly LoadConnection[] _connections;
    private readonly PollDescriptor[] _descriptors;
    private readonly List<long> _latencies = new(1 << 16);
    private readonly long _step;

    public LoadRun(LoadOrder order)
    {
        _order = order;
        _connections = [.. Enumerable.Range(0, order.Connections).Select(_ => new LoadConnection(order.Port))];
        _descriptors = [.. _connections.Select(c => new PollDescriptor { Descriptor = c.Descriptor, Events = PollDescriptor.Readable })];
        _step = order.Rate > 0 ? (long)(order.Connections * Stopwatch.Frequency / order.Rate) : 0;
    }

    public LoadReport Run()
    {
        // One request per connection first: accepting connections is not part of the measurement.
        Schedule(Stopwatch.GetTimestamp(), 0);
        Drive(until: Stopwatch.GetTimestamp());
        _latencies.Clear();
        var start = Stopwatch.GetTimestamp();
        Schedule(start, _step);
        Drive(until: start + (long)(_order.Seconds * Stopwatch.Frequency));
        var elapsed = Stopwatch.GetElapsedTime(start);
        var sorted = _latencies.ToArray();
        Array.Sort(sorted);
        return new LoadReport(
            sorted.Length / elapsed.TotalSeconds,
            Microseconds(MedianMath.Percentile(sorted, 0.5)),
            Microseconds(MedianMath.Percentile(sorted, 0.99)));
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;

    /// <summary>Spreads the first requests of the connections evenly over one step.</summary>
    private void Schedule(long start, long step)
    {
        for (var i = 0; i < _connections.Length; i++)
        {
            _connections[i].Due = start + (step * i / _connections.Length);
        }
    }

    /// <summary>Sends what is due until the given time, at least once per connection, and waits for all answers.</summary>
    private void Drive(long until)
    {
        while (true)
        {
            var now = Stopwatch.GetTimestamp();
            var next = long.MaxValue;
            var busy = false;
            foreach (var connection in _connections)
            {
                if (!connection.IsBusy && connection.Due <= until && connection.Due <= now)
                {
                    connection.Send();
                    connection.Due = _step > 0 ? connection.Due + _step : long.MaxValue;
                }

                busy |= connection.IsBusy;
                if (!connection.IsBusy && connection.Due <= until)
                {
                    next = Math.Min(next, connection.Due);
                }
            }

            if (!busy && next == long.MaxValue)
            {
                return;
            }

            Collect(next == long.MaxValue ? Stopwatch.Frequency : Math.Max(0, next - Stopwatch.GetTimestamp()));
        }
    }

    private void Collect(long waitTicks)
    {
        if (LibC.Poll(_descriptors, waitTicks * (1_000_000_000 / Stopwatch.Frequency)) == 0 && waitTicks == Stopwatch.Frequency)
        {
            throw new IOException("The server sent nothing for a second although requests were under way.");
        }

        for (var i = 0; i < _descriptors.Length; i++)
        {
            if (_descriptors[i].Returned != 0 && _connections[i].Receive())
            {
                var now = Stopwatch.GetTimestamp();
                _latencies.Add(now - _connections[i].IntendedStart);
                if (_step == 0)
                {
                    _connections[i].Due = now;
                }
            }
        }
    }
}
