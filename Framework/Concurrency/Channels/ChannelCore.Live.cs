using Concurrency.Diagnostics;

namespace Concurrency.Channels;

/// <content>The channel as a snapshot of the process shows it.</content>
internal sealed partial class ChannelCore<T>
{
    string ILiveObject.Kind => "channel";

    string ILiveObject.Name => Policy.Name ?? string.Empty;

    ILiveObject? ILiveObject.Parent => null;

    void ILiveObject.Describe(LiveDetails details)
    {
        var statistics = Statistics;
        details.Add("depth", statistics.Depth);
        details.Add("capacity", Capacity);
        details.Add("high-water", statistics.HighWater);
        details.Add("full-mode", Policy.FullMode.ToString());
        details.Add("waiting-readers", statistics.WaitingReaders);
        details.Add("waiting-writers", statistics.WaitingWriters);
        details.Add("written", statistics.Written);
        details.Add("dropped", statistics.Dropped + statistics.Conflated);
        if (Work is { } work)
        {
            details.Add("unfinished", work.Unfinished);
        }
    }
}
