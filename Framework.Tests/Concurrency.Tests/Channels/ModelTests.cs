using Concurrency.Channels;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Channels;

/// <summary>Drives a channel and a plain list with the same random operations and compares every answer.</summary>
public sealed class ModelTests
{
    [Fact]
    public void RandomOperations_AnswerAsTheModelDoes() => Explore.Seeds(1000, executor =>
    {
        var random = executor.Random;
        var mode = (ChannelFullMode)random.Next(5);
        var capacity = random.Next(mode is ChannelFullMode.Wait or ChannelFullMode.Reject ? 0 : 1, 5);
        var kind = capacity == 0 ? Kind.OldestFirst : (Kind)random.Next(4);
        var pair = new Pair(mode, capacity, kind);
        for (var i = 0; i < 100; i++)
        {
            pair.Step(random);
        }

        return Task.CompletedTask;
    });

    private enum Kind
    {
        OldestFirst,
        NewestFirst,
        Prioritised,
        Conflating,
    }

    private sealed class Pair
    {
        private const int OvertakeLimit = 3;

        private readonly ChannelFullMode _mode;
        private readonly Kind _kind;
        private readonly BoundedChannel<int> _channel;
        private readonly List<(int, DropCause)> _reported = [];

        // The model: what is inside, who waits, and what was lost.
        private readonly List<int> _inside = [];
        private readonly Dictionary<int, int> _overtaken = [];
        private readonly List<(ValueTask<int> Task, CancellationTokenSource Source)> _readers = [];
        private readonly List<(int Item, ValueTask Task, CancellationTokenSource Source)> _writers = [];
        private readonly List<(int, DropCause)> _lost = [];
        private readonly List<ValueTask> _admitted = [];
        private (ValueTask<int> Task, int Item)? _handed;
        private bool _closed;
        private int _capacity;
        private int _next;

        public Pair(ChannelFullMode mode, int capacity, Kind kind)
        {
            (_mode, _capacity, _kind) = (mode, capacity, kind);
            var policy = new BoundedChannelPolicy(capacity)
            {
                FullMode = mode,
                Order = kind == Kind.NewestFirst ? ChannelOrder.NewestFirst : ChannelOrder.OldestFirst,
                OvertakeLimit = OvertakeLimit,
            };
            _channel = kind switch
            {
                Kind.Conflating => BoundedChannel.CreateConflating<int, int>(policy, KeyOf, null, (item, cause) => _reported.Add((item, cause))),
                Kind.Prioritised => BoundedChannel.CreatePrioritized<int, int>(policy, KeyOf, null, (item, cause) => _reported.Add((item, cause))),
                _ => BoundedChannel.Create<int>(policy, (item, cause) => _reported.Add((item, cause))),
            };
        }

        public void Step(Random random)
        {
            switch (random.Next(13))
            {
                case 0 or 1 or 2:
                    Assert.Equal(Put(++_next), _channel.Writer.TryWrite(_next));
                    break;
                case 3 or 4:
                    BeginWrite(++_next);
                    break;
                case 5 or 6:
                    TryRead();
                    break;
                case 7 or 8:
                    BeginRead();
                    break;
                case 9 when _readers.Count != 0:
                    CancelRead(random.Next(_readers.Count));
                    break;
                case 10 when _writers.Count != 0:
                    CancelWrite(random.Next(_writers.Count));
                    break;
                case 11 when random.Next(20) == 0:
                    Close(abort: random.Next(2) == 0);
                    break;
                case 12 when random.Next(3) == 0:
                    Resize(random.Next(_kind == Kind.OldestFirst && _mode is ChannelFullMode.Wait or ChannelFullMode.Reject ? 0 : 1, 6));
                    break;
            }

            if (_handed is var (read, item))
            {
                Assert.True(read.IsCompletedSuccessfully);
                Assert.Equal(item, read.GetAwaiter().GetResult());
                _handed = null;
            }

            Assert.Equal((_inside.Count, _capacity), (_channel.Reader.Count, _channel.Capacity));
            Assert.Equal((_readers.Count, _writers.Count), (_channel.Statistics.WaitingReaders, _channel.Statistics.WaitingWriters));
            Assert.Equal(_lost, _reported);
            Assert.Equal(Peek(), _channel.Reader.TryPeek(out var peeked) ? peeked : null);
        }

        private static int KeyOf(int item) => item % 4;

        private int? Peek() => _inside.Count != 0 ? _inside[Next()] : _capacity == 0 && _writers.Count != 0 ? _writers[0].Item : null;

        private void BeginWrite(int item)
        {
            var source = new CancellationTokenSource();
            var wasClosed = _closed;
            var accepted = Put(item);
            var write = _channel.Writer.WriteAsync(item, source.Token);
            if (accepted)
            {
                Assert.True(write.IsCompletedSuccessfully);
            }
            else if (wasClosed || _mode == ChannelFullMode.Reject)
            {
                Assert.True(write.IsFaulted);
            }
            else
            {
                Assert.False(write.IsCompleted);
                _writers.Add((item, write, source));
            }
        }

        private bool Put(int item)
        {
            if (_closed)
            {
                return false;
            }

            var same = _kind == Kind.Conflating ? _inside.FindIndex(inside => KeyOf(inside) == KeyOf(item)) : -1;
            if (same >= 0)
            {
                _lost.Add((_inside[same], DropCause.Conflated));
                _inside[same] = item;
                return true;
            }

            if (_readers.Count != 0)
            {
                _handed = (_readers[0].Task, item);
                _readers.RemoveAt(0);
                return true;
            }

            if (_inside.Count < _capacity && _writers.Count == 0)
            {
                _inside.Add(item);
                return true;
            }

            if (_kind == Kind.Prioritised && _mode is ChannelFullMode.DropNewest or ChannelFullMode.DropOldest)
            {
                ReplaceLeastUrgent(item);
                return true;
            }

            switch (_mode)
            {
                case ChannelFullMode.DropNewest:
                    Lose(_inside.Count - 1, DropCause.Newest);
                    _inside.Add(item);
                    return true;
                case ChannelFullMode.DropOldest:
                    Lose(0, DropCause.Oldest);
                    _inside.Add(item);
                    return true;
                case ChannelFullMode.DropWrite:
                    _lost.Add((item, DropCause.Write));
                    return true;
                default:
                    return false;
            }
        }

        private void Lose(int index, DropCause cause)
        {
            _lost.Add((_inside[index], cause));
            _inside.RemoveAt(index);
        }

        private int? Take()
        {
            if (_inside.Count == 0)
            {
                return _capacity == 0 && _writers.Count != 0 ? AdmitWriter() : null;
            }

            var index = Next();
            var item = _inside[index];
            foreach (var older in _inside[..index])
            {
                _overtaken[older] = _overtaken.GetValueOrDefault(older) + 1;
            }

            _inside.RemoveAt(index);
            AdmitWriters();
            return item;
        }

        /// <summary>The place of the item that is read next; what is inside stands in order of arrival.</summary>
        private int Next()
        {
            switch (_kind)
            {
                case Kind.NewestFirst:
                    return _inside.Count - 1;
                case Kind.Prioritised:
                    var due = _inside.FindIndex(item => _overtaken.GetValueOrDefault(item) == OvertakeLimit);
                    return due >= 0 ? due : _inside.IndexOf(_inside.MinBy(KeyOf));
                default:
                    return 0;
            }
        }

        private void ReplaceLeastUrgent(int item)
        {
            var least = _inside.Max(KeyOf);
            if (KeyOf(item) > least)
            {
                _lost.Add((item, DropCause.Write));
                return;
            }

            var oldest = _mode == ChannelFullMode.DropOldest;
            Lose(
                oldest ? _inside.FindIndex(one => KeyOf(one) == least) : _inside.FindLastIndex(one => KeyOf(one) == least),
                oldest ? DropCause.Oldest : DropCause.Newest);
            _inside.Add(item);
        }

        private void Resize(int capacity)
        {
            _capacity = capacity;
            AdmitWriters();
            _channel.Resize(capacity);
            CheckAdmitted();
        }

        private void AdmitWriters()
        {
            while (_writers.Count != 0)
            {
                var same = _kind == Kind.Conflating ? _inside.FindIndex(inside => KeyOf(inside) == KeyOf(_writers[0].Item)) : -1;
                if (same >= 0)
                {
                    _lost.Add((_inside[same], DropCause.Conflated));
                    _inside[same] = AdmitWriter();
                }
                else if (_inside.Count < _capacity)
                {
                    _inside.Add(AdmitWriter());
                }
                else
                {
                    return;
                }
            }
        }

        private int AdmitWriter()
        {
            var (item, task, _) = _writers[0];
            _writers.RemoveAt(0);
            _admitted.Add(task);
            return item;
        }

        private void CheckAdmitted()
        {
            foreach (var write in _admitted)
            {
                Assert.True(write.IsCompletedSuccessfully);
                write.GetAwaiter().GetResult();
            }

            _admitted.Clear();
        }

        private void TryRead()
        {
            var expected = Take();
            Assert.Equal(expected is not null, _channel.Reader.TryRead(out var item));
            Assert.Equal(expected ?? 0, item);
            CheckAdmitted();
        }

        private void BeginRead()
        {
            var expected = Take();
            var source = new CancellationTokenSource();
            var read = _channel.Reader.ReadAsync(source.Token);
            if (expected is not null)
            {
                Assert.True(read.IsCompletedSuccessfully);
                Assert.Equal(expected, read.GetAwaiter().GetResult());
            }
            else if (_closed)
            {
                Assert.True(read.IsFaulted);
            }
            else
            {
                Assert.False(read.IsCompleted);
                _readers.Add((read, source));
            }

            CheckAdmitted();
        }

        private void CancelRead(int index)
        {
            var (task, source) = _readers[index];
            _readers.RemoveAt(index);
            source.Cancel();
            Assert.True(task.IsCanceled);
        }

        private void CancelWrite(int index)
        {
            var (_, task, source) = _writers[index];
            _writers.RemoveAt(index);
            AdmitWritersThatNeedNoRoom();
            source.Cancel();
            Assert.True(task.IsCanceled);
            CheckAdmitted();
        }

        private void AdmitWritersThatNeedNoRoom()
        {
            if (_kind == Kind.Conflating)
            {
                AdmitWriters();
            }
        }

        private void Close(bool abort)
        {
            var readers = _closed ? [] : _readers.ToArray();
            var writers = _closed ? [] : _writers.ToArray();
            _closed = true;
            _readers.Clear();
            _writers.Clear();
            if (abort)
            {
                _lost.AddRange(_inside.Select(item => (item, DropCause.Aborted)));
                _inside.Clear();
                _channel.Abort();
            }
            else
            {
                _channel.Writer.TryComplete();
            }

            Assert.All(readers, reader => Assert.True(reader.Task.IsFaulted));
            Assert.All(writers, writer => Assert.True(writer.Task.IsFaulted));
            Assert.Equal(_inside.Count == 0, _channel.Reader.Completion.IsCompleted);
        }
    }
}
