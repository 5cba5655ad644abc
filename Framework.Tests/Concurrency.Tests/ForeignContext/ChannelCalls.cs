using Concurrency.Channels;
using static Concurrency.Tests.ForeignContext.Calls;

namespace Concurrency.Tests.ForeignContext;

internal static class ChannelCalls
{
    public static IReadOnlyDictionary<string, Func<Call, Task>> Members { get; } = new Dictionary<string, Func<Call, Task>>
    {
        ["BoundedChannel's ReadAsync"] = call => ReadAsync(call, c => c.Reader.ReadAsync().AsTask()),
        ["BoundedChannel's WaitToReadAsync"] = call => ReadAsync(call, c => c.Reader.WaitToReadAsync().AsTask()),
        ["BoundedChannel's ReadAllAsync"] = call => ReadAsync(call, c => c.Reader.ReadAllAsync().GetAsyncEnumerator().MoveNextAsync().AsTask()),
        ["BoundedChannel's WriteAsync"] = call => WriteAsync(call, c => c.Writer.WriteAsync(2).AsTask()),
        ["BoundedChannel's WaitToWriteAsync"] = call => WriteAsync(call, c => c.Writer.WaitToWriteAsync().AsTask()),
        ["ChannelReaderBatchExtensions.ReadBatchAsync<T>(ChannelReader, Memory, TimeSpan, CancellationToken)"] =
            call => ReadAsync(call, c => c.Reader.ReadBatchAsync(new int[2], TimeSpan.Zero).AsTask()),
        ["ChannelReaderBatchExtensions.ReadBatchAsync<T>(ChannelReader, Memory, TimeSpan, TimeProvider, CancellationToken)"] =
            call => ReadAsync(call, c => c.Reader.ReadBatchAsync(new int[1], Long, TimeProvider.System).AsTask()),
        ["Select.ReadAsync<T>(IReadOnlyList, CancellationToken)"] =
            call => ReadAsync(call, c => Select.ReadAsync<int>(new List<System.Threading.Channels.ChannelReader<int>> { c.Reader }).AsTask()),
        ["Select.ReadAsync<T>(ChannelReader[])"] = call => ReadAsync(call, c => Select.ReadAsync(c.Reader).AsTask()),
        ["Select.TakeAsync(CancellationToken)"] = call => ReadAsync(call, c => new Select<int>().On(c.Reader, i => i).TakeAsync().AsTask()),
    };
}
