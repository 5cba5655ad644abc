using Concurrency.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Documentation.Tests;

/// <summary>The code blocks about components.</summary>
public sealed partial class ComponentSnippets
{
    [Fact]
    public async Task ComponentsSmallest_PrintsOnItsThread()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["tea, on 'printer'", "milk, on 'printer'"], console.Lines);

        static async Task Program()
        {
            #region components-smallest
            await using var thread = new DedicatedThreadExecutor("printer");
            var orders = BoundedChannel.Create<string>(8);

            await using var component = orders.Reader.RunOn(thread, (order, cancellationToken) =>
            {
                Console.WriteLine($"{order}, on '{Executor.Current!.Name}'");
                return ValueTask.CompletedTask;
            });

            await orders.Writer.WriteAsync("tea");
            await orders.Writer.WriteAsync("milk");
            orders.Writer.Complete();
            await component.Completion;
            #endregion
        }
    }

    [Fact]
    public async Task ComponentsHost_TakesTheExecutorFromConfiguration()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["tea, on 'orders'", "Pool executor 'orders'"], console.Lines);

        static async Task Program()
        {
            #region components-host
            string[] args = ["--Components:orders:Executor=pool:2", "--Components:orders:OnError=Isolate", "--Logging:LogLevel:Default=Warning"];
            var builder = Host.CreateApplicationBuilder(args);
            var orders = BoundedChannel.Create<string>(8);

            builder.AddComponent<string>(
                "orders",
                _ => orders.Reader,
                (order, _) =>
                {
                    Console.WriteLine($"{order}, on '{Executor.Current!.Name}'");
                    return ValueTask.CompletedTask;
                },
                options => options.Executor = "thread");

            using var host = builder.Build();
            await host.StartAsync();
            var component = host.Services.GetRequiredService<ComponentHost>().Components[0];

            await orders.Writer.WriteAsync("tea");
            orders.Writer.Complete();
            await component.Completion;
            Console.WriteLine(component.Executor);
            await host.StopAsync();
            #endregion
        }
    }

    [Fact]
    public async Task ComponentsHandler_IsMadeForEachEvent()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["Hello Ada."], console.Lines);

        static async Task Program()
        {
            var builder = Host.CreateApplicationBuilder(["--Logging:LogLevel:Default=Warning"]);
            var names = BoundedChannel.Create<string>(8);

            #region components-handler-registration
            builder.Services.AddSingleton<Greetings>();
            builder.AddComponent<string, GreetingHandler>("greetings", (_, _) => new ReaderSource<string>(names.Reader));
            #endregion

            using var host = builder.Build();
            await host.StartAsync();
            await names.Writer.WriteAsync("Ada");
            names.Writer.Complete();
            await host.Services.GetRequiredService<ComponentHost>().Components[0].Completion;
            await host.StopAsync();
        }
    }

    [Fact]
    public async Task ComponentsIsolate_GoesOnAfterAFailure()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["3 handled, 1 of them failed"], console.Lines);

        static async Task Program()
        {
            #region components-isolate
            await using var loop = new CooperativeExecutor("loop");
            var numbers = BoundedChannel.Create<int>(8);

            await using var component = numbers.Reader.RunOn(
                loop,
                (number, _) => number == 13 ? throw new InvalidOperationException("Bad luck.") : ValueTask.CompletedTask,
                new ComponentOptions<int> { OnError = ComponentErrorPolicy.Isolate });

            foreach (var number in new[] { 12, 13, 14 })
            {
                await numbers.Writer.WriteAsync(number);
            }

            numbers.Writer.Complete();
            await component.Completion;
            Console.WriteLine($"{component.Statistics.Handled} handled, {component.Statistics.Failed} of them failed");
            #endregion
        }
    }

    [Fact]
    public async Task ComponentsStop_FailsItsCompletion()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["Failed: Bad luck.", "1 left in the channel"], console.Lines);

        static async Task Program()
        {
            #region components-stop
            await using var loop = new CooperativeExecutor("loop");
            var numbers = BoundedChannel.Create<int>(8);
            await numbers.Writer.WriteAsync(13);
            await numbers.Writer.WriteAsync(14);

            await using var component = numbers.Reader.RunOn<int>(loop, (_, _) => throw new InvalidOperationException("Bad luck."));

            try
            {
                await component.Completion;
            }
            catch (ComponentFailedException failed)
            {
                Console.WriteLine($"{component.State}: {failed.InnerException!.Message}");
                Console.WriteLine($"{numbers.Statistics.Depth} left in the channel");
            }
            #endregion
        }
    }

    [Fact]
    public async Task ComponentsTest_RunsWithoutTheSource()
    {
        using var console = new CapturedConsole();

        await Program().Within("the program");

        Assert.Equal(["HELLO, WORLD"], console.Lines);

        static async Task Program()
        {
            #region components-test
            await using var executor = new InlineExecutor();
            var events = BoundedChannel.Create<string>(8);
            var handled = new List<string>();

            await using var component = new Component<string>(
                "capitals",
                new ReaderSource<string>(events.Reader),
                executor,
                (word, _) =>
                {
                    handled.Add(word.ToUpperInvariant());
                    return ValueTask.CompletedTask;
                });
            await component.StartAsync();

            await events.Writer.WriteAsync("hello");
            await events.Writer.WriteAsync("world");
            events.Writer.Complete();
            await component.Completion;

            Console.WriteLine(string.Join(", ", handled));
            #endregion
        }
    }
}
