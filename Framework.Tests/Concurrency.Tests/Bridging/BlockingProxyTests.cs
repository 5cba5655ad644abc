using Concurrency.Bridging;
using Concurrency.Execution;
using Concurrency.Executors;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Bridging;

public sealed class BlockingProxyTests
{
    [Fact]
    public async Task EV37_AMethodWithATask_RunsTheSynchronousOneOnThePool()
    {
        var store = new Store();
        var proxy = BlockingProxy.Create<IStoreAsync>(store);

        Assert.Equal("value of a", await proxy.ReadAsync("a").Within("the call"));
        Assert.Equal("blocking work", store.Thread);
        await proxy.WriteAsync("a", 1, CancellationToken.None).Within("the call without a result");
        Assert.Equal(1, await proxy.CountAsync().Within("the value task"));
        await proxy.FlushAsync().Within("the value task without a result");
        Assert.Equal(["read a", "write a", "count", "flush"], store.Calls);
    }

    [Fact]
    public async Task EV37_AFailure_ReachesTheCallerAsItIs()
    {
        var proxy = BlockingProxy.Create<IStoreAsync>(new Store());
        var failure = await Assert.ThrowsAsync<IOException>(() => proxy.ReadAsync("broken").Within("the call"));

        Assert.Contains(nameof(Store.Read), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EV37_ATokenAtTheEnd_FreesTheCaller()
    {
        var proxy = BlockingProxy.Create<IStoreAsync>(new Store());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => proxy.WriteAsync("a", 1, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task EV37_GenericMethods_AreFoundAndCalled()
    {
        var proxy = BlockingProxy.Create<IStoreAsync>(new Store());

        Assert.Equal(5, await proxy.EchoAsync(5).Within("a number"));
        Assert.Equal("x", await proxy.EchoAsync("x").Within("a text"));
    }

    [Fact]
    public void EV37_PropertiesAndEvents_StayInTheCaller()
    {
        var store = new Store();
        var proxy = BlockingProxy.Create<IStoreAsync>(store);
        var changes = 0;
        EventHandler handler = (_, _) => changes++;
        proxy.Changed += handler;
        proxy.Name = "new";
        proxy.Changed -= handler;
        proxy.Name = "newer";

        Assert.Equal(1, changes);
        Assert.Equal("newer", proxy.Name);
        Assert.Equal(Thread.CurrentThread.Name, store.Thread);
    }

    [Fact]
    public async Task EV37_AReturnedObject_BecomesAProxyOfThePromisedInterface()
    {
        var proxy = BlockingProxy.Create<IStoreAsync>(new Store());
        var cursor = await proxy.OpenAsync().Within("the outer call");

        Assert.Equal(1, await cursor.NextAsync().Within("the inner call"));
        Assert.Equal(2, await cursor.NextAsync().Within("the inner call"));
    }

    [Fact]
    public async Task EV37_AsyncDisposal_IsTheTargetsDisposal()
    {
        var store = new Store();
        await BlockingProxy.Create<IStoreAsync>(store).DisposeAsync().Within("the disposal");

        Assert.Equal(["dispose"], store.Calls);
    }

    [Fact]
    public void EV37_AMemberWithoutACounterpart_IsRefusedWithItsSignature()
    {
        Assert.Contains("Missing", Refusal<IWrongName>(), StringComparison.Ordinal);
        Assert.Contains("Int64", Refusal<IWrongParameter>(), StringComparison.Ordinal);
        Assert.Contains("ReadAsync", Refusal<IWrongResult>(), StringComparison.Ordinal);

        static string Refusal<T>()
            where T : class => Assert.Throws<ArgumentException>(() => BlockingProxy.Create<T>(new Store())).Message;
    }

    [Fact]
    public void EV37_AClass_IsRefused() => Assert.Throws<ArgumentException>(() => BlockingProxy.Create<Store>(new Store()));

    [Fact]
    public async Task EV37_TheTargetsOwnInterface_MovesToThePoolInABridge_AndNowhereElse()
    {
        var store = new Store();
        var proxy = BlockingProxy.Create<IStore>(store);
        await using var loop = new CooperativeExecutor(new CooperativeExecutorOptions { Name = "loop", OnBlocking = OnBlocking.Throw });
        await loop.RunAsync(_ => SyncBridge.RunAsync(() =>
        {
            Assert.Equal("value of a", proxy.Read("a"));
            Assert.Equal("blocking work", store.Thread);
            Assert.Throws<IOException>(() => proxy.Read("broken"));
            Assert.Same(loop, Executor.Current);
        })).Within("the bridge");

        proxy.Read("b");
        Assert.Equal(Thread.CurrentThread.Name, store.Thread);
    }

    [Fact]
    public async Task EV37_InlineMembers_StayInTheBridge()
    {
        var store = new Store();
        var proxy = BlockingProxy.Create<IStore>(store, new BlockingProxyOptions { Inline = ["Count"] });
        await Task.Run(() => SyncBridge.RunAsync(() =>
        {
            proxy.Count();
            Assert.Equal("bridge", store.Thread);
            proxy.Flush();
            Assert.Equal("blocking work", store.Thread);
        })).Within("the bridge");
    }

    [Fact]
    public async Task EV37_Autowrap_MakesProxiesOfListedInterfaces()
    {
        var store = new Store();
        var plain = BlockingProxy.Create<IStore>(store);
        var wrapping = BlockingProxy.Create<IStore>(store, new BlockingProxyOptions { Wrap = [typeof(ICursor)] });
        Assert.IsType<Cursor>(plain.Open());
        var cursor = wrapping.Open();
        Assert.IsNotType<Cursor>(cursor);
        await Task.Run(() => SyncBridge.RunAsync(cursor.Next)).Within("the bridge");

        Assert.Equal("blocking work", Cursor.Thread);
        Assert.Throws<ArgumentException>(() => BlockingProxy.Create<IStore>(store, new BlockingProxyOptions { Wrap = [typeof(Cursor)] }));
    }

    [Fact]
    public void EV37_EqualityAndText_AreThoseOfTheTarget()
    {
        var store = new Store();
        var first = BlockingProxy.Create<IStore>(store);
        var second = BlockingProxy.Create<IStore>(store);

        Assert.True(first.Equals(second));
        Assert.True(first.Equals(store));
        Assert.Equal(store.GetHashCode(), first.GetHashCode());
        Assert.Equal("a store", first.ToString());
        Assert.False(first.Equals(BlockingProxy.Create<IStore>(new Store())));
    }

    [Fact]
    public async Task EV37_Iteration_IsWrappedByItsInterfaces()
    {
        var source = BlockingProxy.Create<IEnumerable<int>>(new List<int> { 1, 2, 3 }, new BlockingProxyOptions { Wrap = [typeof(IEnumerator<int>)] });
        var sum = await Task.Run(() => SyncBridge.RunAsync(() => source.Sum())).Within("the bridge");

        Assert.Equal(6, sum);
    }

    public interface IStore
    {
        string Read(string key);

        int Count();

        void Flush();

        ICursor Open();
    }

    public interface ICursor
    {
        int Next();
    }

    public interface IStoreAsync : IAsyncDisposable
    {
        event EventHandler Changed;

        string Name { get; set; }

        Task<string> ReadAsync(string key);

        Task WriteAsync(string key, int value, CancellationToken cancellationToken);

        ValueTask<int> CountAsync();

        ValueTask FlushAsync();

        Task<T> EchoAsync<T>(T value);

        Task<ICursorAsync> OpenAsync();
    }

    public interface ICursorAsync
    {
        Task<int> NextAsync();
    }

    public interface IWrongName
    {
        Task MissingAsync();
    }

    public interface IWrongParameter
    {
        Task<string> ReadAsync(long key);
    }

    public interface IWrongResult
    {
        Task<int> ReadAsync(string key);
    }

    private sealed class Store : IStore, IDisposable
    {
        private string _name = "old";

        public event EventHandler? Changed;

        public List<string> Calls { get; } = [];

        public string? Thread { get; private set; }

        public string Name
        {
            get => _name;
            set
            {
                Thread = System.Threading.Thread.CurrentThread.Name;
                _name = value;
                Changed?.Invoke(this, EventArgs.Empty);
            }
        }

        public string Read(string key)
        {
            Note($"read {key}");
            return key == "broken" ? throw new IOException("The disk is gone.") : $"value of {key}";
        }

        public void Write(string key, int value) => Note($"write {key}");

        public int Count()
        {
            Note("count");
            return 1;
        }

        public void Flush() => Note("flush");

        public T Echo<T>(T value)
        {
            Note("echo");
            return value;
        }

        public ICursor Open() => new Cursor();

        public void Dispose() => Note("dispose");

        public override string ToString() => "a store";

        private void Note(string call)
        {
            Thread = System.Threading.Thread.CurrentThread.Name;
            Calls.Add(call);
        }
    }

    private sealed class Cursor : ICursor
    {
        private int _position;

        public static string? Thread { get; private set; }

        public int Next()
        {
            Thread = System.Threading.Thread.CurrentThread.Name;
            return ++_position;
        }
    }
}
