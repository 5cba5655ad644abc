using Concurrency.Executors.Processes;
using Concurrency.ProcessChild;

namespace Concurrency.Tests.Executors.Processes;

/// <summary>Frames, catalogues, options: what needs no process.</summary>
public sealed class ProcessFrameTests
{
    [Fact]
    public void Request_WrittenAndRead_IsTheSame()
    {
        var writer = RequestFrame.Begin(42, "wörk", 1024);
        Work.Echo.WriteInput(writer, "input");
        RequestFrame.SetTimeLeft(writer, TimeSpan.FromSeconds(9));

        var reader = new FrameReader(writer.ToFrame()[FrameWriter.HeaderBytes..]);
        Assert.Equal(FrameKind.Request, reader.ReadKind());
        var request = RequestFrame.Read(reader);

        Assert.Equal((42L, TimeSpan.FromSeconds(9), "wörk", null), (request.Id, request.TimeLeft, request.Name, request.TraceParent));
        Assert.Equal("\"input\""u8.ToArray(), request.Body.ToArray());
    }

    [Fact]
    public void Writer_AtItsLimit_TakesTheLastByteAndNoMore()
    {
        var writer = new FrameWriter(FrameKind.Cancel, limit: 9).Write(1L);
        Assert.False(writer.HasOverflown);
        Assert.Equal(13, writer.ToFrame().Length);

        Assert.Throws<InvalidOperationException>(() => writer.Write((byte)1));
        Assert.True(writer.HasOverflown);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 9, 0, 0, 0 })]
    public async Task Stream_LengthOutsideItsLimit_IsRefused(byte[] header)
    {
        Assert.Throws<InvalidDataException>(() => _ = new FrameStream(new MemoryStream(header)).Read(8));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await new FrameStream(new MemoryStream(header)).ReadAsync(8, default));
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 2, 0 })]
    [InlineData(new byte[] { 2, 0, 0, 0, 1 })]
    public async Task Stream_ThatEnds_HasNoMoreFrames(byte[] bytes)
    {
        Assert.Null(new FrameStream(new MemoryStream(bytes)).Read(8));
        Assert.Null(await new FrameStream(new MemoryStream(bytes)).ReadAsync(8, default));
    }

    [Fact]
    public void Catalog_WithoutOrWithTheSameNameTwice_IsRefused()
    {
        Assert.Contains("0 pieces of work", Assert.Throws<ArgumentException>(() => new ProcessWorkCatalog()).Message, StringComparison.Ordinal);
        Assert.Contains("'echo' is in the catalogue twice", Assert.Throws<ArgumentException>(() => new ProcessWorkCatalog(Work.Echo, Work.Echo)).Message, StringComparison.Ordinal);
        Assert.Contains("Entry 1 of the catalogue is null", Assert.Throws<ArgumentException>(() => new ProcessWorkCatalog(Work.Echo, null!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_OutOfRange_SayTheValueAndTheRange()
    {
        Assert.Contains("MaximumWorkers was 0. Give 1 to 1024.", Refusal(o => o with { MaximumWorkers = 0 }), StringComparison.Ordinal);
        Assert.Contains("MinimumWorkers was 3. Give 0 to 2.", Refusal(o => o with { MinimumWorkers = 3, MaximumWorkers = 2 }), StringComparison.Ordinal);
        Assert.Contains("MaximumFrameBytes was 1024. Give 65536 to 1073741824.", Refusal(o => o with { MaximumFrameBytes = 1024 }), StringComparison.Ordinal);
        Assert.Contains("QueueLimit was 0.", Refusal(o => o with { QueueLimit = 0 }), StringComparison.Ordinal);
        Assert.Contains("CancellationGrace was -00:00:01.", Refusal(o => o with { CancellationGrace = TimeSpan.FromSeconds(-1) }), StringComparison.Ordinal);
    }

    [Fact]
    public void FU5_Workers_ByDefault_AreAsManyAsProcessors() =>
        Assert.Equal(Environment.ProcessorCount, new ProcessExecutorOptions().MaximumWorkers);

    [Theory]
    [InlineData(137, false, null, 9)]
    [InlineData(137, true, 137, null)]
    [InlineData(3, true, 3, null)]
    [InlineData(200, false, 200, null)]
    public void Exit_OfOneNumber_IsACodeOrASignal(int number, bool announced, int? code, int? signal) =>
        Assert.Equal(new WorkerExit(code, signal), WorkerExit.Of(number, announced));

    private static string Refusal(Func<ProcessExecutorOptions, ProcessExecutorOptions> change) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProcessExecutor(Work.Catalog, change(new ProcessExecutorOptions()))).Message;
}
