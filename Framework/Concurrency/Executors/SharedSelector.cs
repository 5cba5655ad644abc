using System.Runtime.InteropServices;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>One thread that watches descriptors for executors that have no loop of their own; it lives while there are any.</summary>
#pragma warning disable CA1001 // its own thread disposes it when the last watch has ended
internal sealed class SharedSelector
#pragma warning restore CA1001
{
    private static readonly QuietLock s_gate = new();
    private static SharedSelector? s_current;

    private readonly DescriptorSet _descriptors = new();
    private volatile bool _ended;

    /// <summary>Watches a descriptor for an executor.</summary>
    public static DescriptorReadiness Watch(SafeHandle descriptor, Executor owner)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Descriptors are watched with epoll, which only Linux has. Use the .NET API of the device instead.");
        }

        using (s_gate.EnterScope())
        {
            var selector = s_current ??= Start();
            try
            {
                return selector._descriptors.Watch(descriptor, owner, selector.Unwatch);
            }
            catch
            {
                selector.EndIfUnused(selector._descriptors.Count);
                throw;
            }
        }
    }

    /// <summary>Ends the watches of an executor that has ended.</summary>
    public static void EndWatches(Executor owner)
    {
        SharedSelector? selector;
        using (s_gate.EnterScope())
        {
            selector = s_current;
        }

        selector?._descriptors.FailAll(owner);
    }

    private static SharedSelector Start()
    {
        var selector = new SharedSelector();
        CleanThreads.Start(selector.Run, "descriptor selector");
        return selector;
    }

    private void Unwatch(WatchedDescriptor watched)
    {
        using (s_gate.EnterScope())
        {
            EndIfUnused(_descriptors.Unwatch(watched));
        }
    }

    private void EndIfUnused(int left)
    {
        if (left != 0 || _ended)
        {
            return;
        }

        _ended = true;
        s_current = null;
        _descriptors.Wake();
    }

    private void Run()
    {
        while (!_ended)
        {
            _descriptors.Poll(-1);
        }

        _descriptors.Dispose();
    }
}
