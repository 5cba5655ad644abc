namespace Documentation.Tests;

/// <summary>The code blocks about coordination.</summary>
public sealed class CoordinationSnippets
{
    [Fact]
    public async Task CoordinationSmallest_OneAtATime()
    {
        using var console = new CapturedConsole();

        #region coordination-smallest
        var mutex = new AsyncLock();
        var balance = 0;

        await Task.WhenAll(DepositAsync(10), DepositAsync(20), DepositAsync(12));
        Console.WriteLine(balance);

        async Task DepositAsync(int amount)
        {
            using (await mutex.LockAsync())
            {
                var before = balance;
                await Task.Yield();
                balance = before + amount;
            }
        }
        #endregion

        Assert.Equal(["42"], console.Lines);
    }

    [Fact]
    public async Task CoordinationCondition_WaitsForTheStock()
    {
        using var console = new CapturedConsole();

        #region coordination-condition
        var monitor = new AsyncMonitor();
        var stock = 0;

        var customer = BuyAsync(3);
        await DeliverAsync(2);
        await DeliverAsync(2);
        await customer;
        Console.WriteLine($"left: {stock}");

        async Task BuyAsync(int wanted)
        {
            using (await monitor.EnterAsync())
            {
                while (stock < wanted)
                {
                    await monitor.WaitAsync();
                }

                stock -= wanted;
            }
        }

        async Task DeliverAsync(int pieces)
        {
            using (await monitor.EnterAsync())
            {
                stock += pieces;
                monitor.PulseAll();
            }
        }
        #endregion

        Assert.Equal(["left: 1"], console.Lines);
    }

    [Fact]
    public async Task CoordinationUpgrade_WritesOnlyIfItMust()
    {
        using var console = new CapturedConsole();

        #region coordination-upgrade
        var mutex = new AsyncReaderWriterLock();
        var cache = new Dictionary<string, int>();

        Console.WriteLine(await LengthAsync("daemon"));
        Console.WriteLine(await LengthAsync("daemon"));

        async Task<int> LengthAsync(string word)
        {
            using var reader = await mutex.UpgradeableReaderLockAsync();
            if (!cache.TryGetValue(word, out var length))
            {
                using (await reader.UpgradeAsync())
                {
                    Console.WriteLine($"counting '{word}'");
                    cache[word] = length = word.Length;
                }
            }

            return length;
        }
        #endregion

        Assert.Equal(["counting 'daemon'", "6", "6"], console.Lines);
    }

    [Fact]
    public async Task CoordinationCancel_TakesNothing()
    {
        using var console = new CapturedConsole();

        #region coordination-cancel
        var semaphore = new AsyncSemaphore(0);
        using var stopping = new CancellationTokenSource();

        var waiting = semaphore.WaitAsync(stopping.Token);
        Console.WriteLine($"balance: {semaphore.Balance}");
        stopping.Cancel();

        try
        {
            await waiting;
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"balance: {semaphore.Balance}");
        }
        #endregion

        Assert.Equal(["balance: -1", "balance: 0"], console.Lines);
    }

    [Fact]
    public async Task OC2_CoordinationFixture_LocksInADirectoryOfItsOwn()
    {
        using var console = new CapturedConsole();

        #region coordination-fixture
        var directory = Directory.CreateTempSubdirectory("locks");
        var locks = new NamedLocks(new NamedLocksOptions { Directory = directory.FullName, Prefix = "test-" });

        using (await locks.LockAsync("disk"))
        {
            Console.WriteLine(string.Join(", ", directory.EnumerateFiles().Select(file => file.Name)));
        }

        directory.Delete(recursive: true);
        #endregion

        Assert.Equal(["test-disk"], console.Lines);
    }

    [Fact]
    public async Task CoordinationTest_LooksAtTheTasks()
    {
        using var console = new CapturedConsole();

        #region coordination-test
        var signal = new AsyncAutoResetEvent();
        var first = signal.WaitAsync();
        var second = signal.WaitAsync();

        signal.Set();
        Console.WriteLine($"first: {first.IsCompleted}, second: {second.IsCompleted}");
        signal.Set();
        await second;
        #endregion

        Assert.Equal(["first: True, second: False"], console.Lines);
    }
}
