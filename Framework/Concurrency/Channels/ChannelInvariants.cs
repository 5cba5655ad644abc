using System.Diagnostics;

namespace Concurrency.Channels;

/// <summary>What holds of a channel whenever its gate is taken or left, and what its policy promises; checked in debug builds.</summary>
internal static class ChannelInvariants
{
    [Conditional("DEBUG")]
    public static void Assert<T>(ChannelCore<T> core)
    {
        var count = core.Items.Count;
        var capacity = core.Capacity;

        // While a conflating channel merges for a waiting writer, outside the gate, the place of that writer is kept free.
        var admitting = core.Conflation is not null && !core.Writers.IsEmpty;
        core.Excess = Math.Clamp(count - capacity, 0, core.Excess);
        Debug.Assert(count <= capacity + core.Excess, "A channel never holds more than its capacity, or than it held when it shrank.");
        Debug.Assert(count == 0 || core.Readers.IsEmpty, "There are items, so no reader waits for one.");
        Debug.Assert(!core.HasReadableLocked || core.ReadWaits.IsEmpty, "There is something to read, so nobody waits for that.");
        Debug.Assert(core.Writers.IsEmpty || count >= capacity || admitting, "Writers wait, so there is no room.");
        Debug.Assert(core.WriteWaits.IsEmpty || !core.CanWriteLocked || core.PendingAdmissions != 0, "A write would succeed, so nobody waits for that.");
        Debug.Assert(core.Readers.IsEmpty || core.Writers.IsEmpty || admitting, "A waiting reader and a waiting writer would have met.");
        Debug.Assert(
            core.Closure is null || (core.Readers.IsEmpty && core.Writers.IsEmpty && core.ReadWaits.IsEmpty && core.WriteWaits.IsEmpty),
            "Nobody waits at a closed channel.");
        core.Ranks?.AssertInvariants(core);
        core.Conflation?.AssertInvariants(core);
    }

    /// <summary>Checks, before a reader begins to wait, that it is the only one if the policy promises that.</summary>
    [Conditional("DEBUG")]
    public static void CheckSingleReader<T>(ChannelCore<T> core) =>
        CheckSingle(core.Policy.SingleReader && core.Readers.Count + core.ReadWaits.Count != 0, "reader", nameof(BoundedChannelPolicy.SingleReader));

    /// <summary>Checks, before a writer begins to wait, that it is the only one if the policy promises that.</summary>
    [Conditional("DEBUG")]
    public static void CheckSingleWriter<T>(ChannelCore<T> core) =>
        CheckSingle(core.Policy.SingleWriter && core.Writers.Count + core.WriteWaits.Count != 0, "writer", nameof(BoundedChannelPolicy.SingleWriter));

    private static void CheckSingle(bool isSecond, string who, string property)
    {
        if (isSecond)
        {
            throw new InvalidOperationException(
                $"A second {who} began to wait although the channel's policy promises one at a time. Take {property} out of the policy, or wait for the first.");
        }
    }
}
