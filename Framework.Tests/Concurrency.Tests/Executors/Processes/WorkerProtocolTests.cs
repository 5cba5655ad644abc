using System.Diagnostics;
using System.Net.Sockets;
using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;
using Concurrency.TestSupport;
using TestClock = Concurrency.TestSupport.ManualClock;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>What is said between the two sides, and what is done about nonsense.</summary>
public sealed class WorkerProtocolTests : IClassFixture<MachineLock>
{
    [Theory]
    [InlineData("no-hello", "broke the protocol: A frame of 2147483647 bytes came; frames have 1 to 1048576 bytes.")]
    [InlineData("other-version", "speaks another version of the protocol. Parent and worker must be the same build of the program.")]
    public async Task WorkerThatGreetsWrongly_IsKilledAndTheCallFails(string how, string words)
    {
        await using var executor = new ProcessExecutor(Work.Catalog, ProcessRig.Options("liar", how));

        var error = await Assert.ThrowsAsync<WorkerStartException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.EndsWith(words, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown-reply", "A reply to the request 999 came, which it does not have.")]
    [InlineData("too-large", "A frame of 100000000 bytes came; frames have 1 to 16777216 bytes.")]
    [InlineData("short", "A frame ends 2 bytes before a part of 8 bytes does.")]
    public async Task WorkerThatAnswersWrongly_IsKilledAndTheCallFails(string how, string words)
    {
        await using var executor = new ProcessExecutor(
            Work.Catalog, ProcessRig.Options("liar", how) with { MinimumWorkers = 0, CrashLimit = 1, TimeProvider = new TestClock() });

        var error = await Assert.ThrowsAsync<WorkerCrashedException>(() => executor.RunAsync(Work.Square, 1).Within("the failure"));

        Assert.Contains($"was killed while it ran 'square': it broke the protocol: {words}", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, ProcessRig.Balanced(executor).WorkersKilled);
    }

    [Fact]
    public async Task FU5_UnknownWorkName_IsAFailureOfTheRequestAlone()
    {
        await using var worker = await RawWorker.StartAsync();

        var frame = RequestFrame.Begin(7, "nonsense", 1024);
        await worker.SendAsync(frame.ToFrame());
        var failure = await worker.ReadAsync();
        var second = RequestFrame.Begin(8, "square", 1024);
        Work.Square.WriteInput(second, 5);
        await worker.SendAsync(second.ToFrame());
        var result = await worker.ReadAsync();

        Assert.Equal((7L, FailureKind.UnknownWork), (failure.Id, failure.Failure));
        Assert.Contains("has no work 'nonsense'", failure.Message, StringComparison.Ordinal);
        Assert.Equal((8L, (FailureKind?)null, 25), (result.Id, result.Failure, Work.Square.ReadOutput(result.Body)));
        Assert.Equal(0, await worker.EndAsync());
    }

    [Fact]
    public async Task InputThatCannotBeRead_IsAFailureOfTheRequestAlone()
    {
        await using var worker = await RawWorker.StartAsync();

        var frame = RequestFrame.Begin(1, "square", 1024);
        await worker.SendAsync(frame.Write((byte)'x').ToFrame());
        var failure = await worker.ReadAsync();

        Assert.Equal((FailureKind.Threw, "System.Text.Json.JsonException"), (failure.Failure, failure.TypeName));
        Assert.StartsWith("The input of 'square' could not be read in the worker: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CancelOfARequestThatHasEnded_IsIgnored()
    {
        await using var worker = await RawWorker.StartAsync();

        await worker.SendAsync(RequestFrame.Cancel(99));
        var frame = RequestFrame.Begin(1, "square", 1024);
        Work.Square.WriteInput(frame, 2);
        await worker.SendAsync(frame.ToFrame());

        Assert.Equal(1, (await worker.ReadAsync()).Id);
    }

    [Fact]
    public async Task ExecutorThatTalksNonsense_EndsTheWorker()
    {
        await using var worker = await RawWorker.StartAsync();

        await worker.SendAsync(new FrameWriter(FrameKind.Hello, 1024).ToFrame());

        Assert.Equal(0, await worker.ExitAsync());
    }

    /// <summary>The test child, led by hand.</summary>
    private sealed class RawWorker(Process process, Socket socket, FrameStream incoming) : IAsyncDisposable
    {
        public static async Task<RawWorker> StartAsync()
        {
            var folder = Directory.CreateTempSubdirectory("raw-");
            var address = Path.Combine(folder.FullName, "socket");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(address));
            listener.Listen();
            var options = ProcessRig.Options();
            var start = new ProcessStartInfo(options.FileName!, options.Arguments) { RedirectStandardInput = true };
            start.Environment[Handshake.Variable] = address;
            var process = Process.Start(start)!;
            var socket = await listener.AcceptAsync().Within("the connection");
            folder.Delete(recursive: true);
            var incoming = new FrameStream(new NetworkStream(socket));
            var hello = await incoming.ReadAsync(Handshake.LimitBytes, CancellationToken.None).Within("the greeting");
            Assert.Null(Handshake.Objection(hello!.Value, Work.Catalog));
            var worker = new RawWorker(process, socket, incoming);
            await worker.SendAsync(Handshake.Welcome(options));
            return worker;
        }

        public async Task SendAsync(ReadOnlyMemory<byte> frame) => await socket.SendAsync(frame).Within("sending");

        public async Task<ReplyFrame> ReadAsync()
        {
            var payload = await incoming.ReadAsync(1024 * 1024, CancellationToken.None).Within("a reply");
            Assert.NotNull(payload);
            var frame = new FrameReader(payload.Value);
            return frame.ReadKind() == FrameKind.Result ? ReplyFrame.ReadResult(frame) : ReplyFrame.ReadFailure(frame);
        }

        /// <summary>Says that nothing more comes, and returns the exit code.</summary>
        public Task<int> EndAsync()
        {
            socket.Shutdown(SocketShutdown.Send);
            return ExitAsync();
        }

        public async Task<int> ExitAsync()
        {
            await process.WaitForExitAsync().Within("the worker's end");
            return process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            socket.Dispose();
            await process.WaitForExitAsync().Within("the worker's end");
            process.Dispose();
        }
    }
}
