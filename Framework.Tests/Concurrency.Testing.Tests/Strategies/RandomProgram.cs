using Concurrency.Channels;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Tests.Strategies;

/// <summary>A small program of operations drawn from a seed; each actor tells what it alone saw.</summary>
internal sealed class RandomProgram
{
    private const int Kinds = 12;

    private readonly int[][] _actors;

    public RandomProgram(ulong seed, int actors, int operations)
    {
        var draws = new Prng(seed);
        _actors = [.. Enumerable.Range(0, actors).Select(_ => Enumerable.Range(0, 1 + draws.Below(operations)).Select(_ => draws.Below(Kinds)).ToArray())];
    }

    public override string ToString() => string.Join(" | ", _actors.Select(actor => string.Join(' ', actor)));

    public async Task RunAsync(Sim sim, List<string> seen)
    {
        using var things = new Things();
        var words = _actors.Select(_ => new List<string>()).ToList();
        try
        {
            await Task.WhenAll(_actors.Select((operations, actor) => sim.Executor.RunAsync(async _ =>
            {
                foreach (var operation in operations)
                {
                    words[actor].Add(await things.DoAsync(sim, operation, actor));
                }
            })));
        }
        finally
        {
            seen.AddRange(words.Select(actor => $"[{string.Join(' ', actor)}]"));
        }
    }

    private sealed class Things : IDisposable
    {
        private readonly AsyncLock _a = new();
        private readonly AsyncLock _b = new();
        private readonly BoundedChannel<int> _channel = BoundedChannel.Create<int>(1);
        private readonly CancellationTokenSource _cancellation = new();
        private readonly BoundedChannel<int> _other = BoundedChannel.Create<int>(1);
        private readonly AsyncSemaphore _semaphore = new(1);
        private readonly Select<string> _select;
        private int _entered;
        private int _permits;

        public Things() => _select = new Select<string>().On(_channel.Reader, item => $"s{item}").On(_other.Reader, item => $"S{item}");

        public async Task<string> DoAsync(Sim sim, int operation, int actor) => operation switch
        {
            0 => await TakeAsync(_a, CancellationToken.None),
            1 => await TakeAsync(_b, _cancellation.Token),
            2 => await TakeBothAsync(_a, _b),
            3 => await TakeBothAsync(_b, _a),
            4 => await TryAsync(async token =>
            {
                await _channel.Writer.WriteAsync(actor, token);
                return "w";
            }),
            5 => await TryAsync(async token => $"r{await _channel.Reader.ReadAsync(token)}"),
            6 => Cancel(),
            7 => $"c{sim.Choose(2)}",
            8 => await TryAsync(async token => await _select.TakeAsync(token)),
            9 => await TryAsync(async token =>
            {
                await _other.Writer.WriteAsync(actor, token);
                return "W";
            }),
            10 => await TryAsync(_ => SemaphoreAsync()),
            _ => await YieldAsync(),
        };

        public void Dispose() => _cancellation.Dispose();

        private async Task<string> TakeAsync(AsyncLock mutex, CancellationToken token) => await TryAsync(
            async token =>
            {
                using (await mutex.LockAsync(token))
                {
                    var order = ReferenceEquals(mutex, _a) ? $"{_entered++}" : "";
                    await Executor.Yield();
                    return $"l{order}";
                }
            },
            token);

        private static async Task<string> TakeBothAsync(AsyncLock outer, AsyncLock inner)
        {
            using (await outer.LockAsync())
            using (await inner.LockAsync())
            {
                return "b";
            }
        }

        private async Task<string> SemaphoreAsync()
        {
            await _semaphore.WaitAsync(_cancellation.Token);
            var order = _permits++;
            await Executor.Yield();
            _semaphore.Release();
            return $"p{order}";
        }

        private static async Task<string> YieldAsync()
        {
            await Executor.Yield();
            return "y";
        }

        private Task<string> TryAsync(Func<CancellationToken, Task<string>> operation) => TryAsync(operation, _cancellation.Token);

        private static async Task<string> TryAsync(Func<CancellationToken, Task<string>> operation, CancellationToken token)
        {
            try
            {
                return await operation(token);
            }
            catch (OperationCanceledException)
            {
                return "x";
            }
        }

        private string Cancel()
        {
            _cancellation.Cancel();
            return "k";
        }
    }
}
