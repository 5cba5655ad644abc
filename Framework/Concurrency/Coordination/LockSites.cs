using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Concurrency.Coordination;

/// <summary>Where each lock was asked for, while <see cref="LockWatch"/> records stacks.</summary>
internal static class LockSites
{
    /// <summary>Whether stacks are recorded; read for each lock taken.</summary>
    public static bool IsRecording;

    /// <summary>Records the calling stack as the origin of a key, if stacks are recorded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Record(IDisposable key, WatchedLock owner)
    {
        if (IsRecording)
        {
            Table.Record(key, owner);
        }
    }

    /// <summary>The stacks of the keys of a lock that hold it.</summary>
    public static IReadOnlyList<string> HoldersOf(WatchedLock owner) => Table.HoldersOf(owner);

    private sealed record Site(WatchedLock Owner, string Stack);

    // Apart, because a class with an initialiser would cost a check per lock taken until the code is optimised.
    private static class Table
    {
        private static readonly string s_ownFrame = $"   at {typeof(LockSites).Namespace}.";

        // A key that nobody disposes must not be kept alive by its stack.
        private static readonly ConditionalWeakTable<IDisposable, Site> s_sites = [];

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static void Record(IDisposable key, WatchedLock owner)
        {
            var lines = new StackTrace(fNeedFileInfo: true).ToString().TrimEnd().Split('\n')
                .SkipWhile(static line => line.StartsWith(s_ownFrame, StringComparison.Ordinal));
            s_sites.AddOrUpdate(key, new Site(owner, string.Join('\n', lines)));
        }

        public static List<string> HoldersOf(WatchedLock owner)
        {
            var stacks = new List<string>();
            foreach (var (key, site) in s_sites)
            {
                if (ReferenceEquals(site.Owner, owner) && owner.IsHeldBy(key))
                {
                    stacks.Add(site.Stack);
                }
            }

            return stacks;
        }
    }
}
