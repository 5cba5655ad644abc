using System.Globalization;
using Concurrency.Execution;
using Concurrency.Interop;

namespace Concurrency.Executors;

/// <summary>A thread of its own for one component: the same loop as the cooperative executor, and blocking is allowed.</summary>
/// <remarks>For blocking handlers, watchers and isolation. The queue bound of the component that runs here is its back-pressure.</remarks>
public sealed class DedicatedThreadExecutor : SingleThreadExecutor
{
    private const int SmallestStack = 64 * 1024;
    private const int LargestStack = 1024 * 1024 * 1024;

    private readonly bool _isAltered;

    /// <summary>Starts an executor on a background thread of its own.</summary>
    /// <param name="name">Shown in statistics, thread names and messages; not empty.</param>
    public DedicatedThreadExecutor(string name)
        : this(new DedicatedThreadExecutorOptions { Name = name })
    {
    }

    /// <summary>Starts an executor on a background thread of its own.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The kernel refused the nice value or the affinity.</exception>
    /// <exception cref="PlatformNotSupportedException">Nice value or affinity were given, and the platform is not Linux.</exception>
    public DedicatedThreadExecutor(DedicatedThreadExecutorOptions options)
        : base(Checked(options), new LoopSettings(options.Portable, options.SpinBeforeSleep, options.Quantum, options.RejectAtBacklog))
    {
        _isAltered = options.Nice is not null || options.Affinity is not null;
        if (!_isAltered)
        {
            StartThread(options.StackSize, prepare: null);
            return;
        }

        CleanThreads.Acquire();
        var refusal = StartAltered(options);
        if (refusal is not null)
        {
            _ = DisposeAsync().AsTask();
            throw new InvalidOperationException($"The thread of the {this} could not be set up. {refusal}");
        }
    }

    /// <inheritdoc/>
    public override ExecutorKind Kind => ExecutorKind.DedicatedThread;

    private protected override void OnThreadEnded()
    {
        if (_isAltered)
        {
            CleanThreads.Release();
        }
    }

    private static string? Prepare(DedicatedThreadExecutorOptions options)
    {
        CleanThreads.MarkAltered();
        var refusal = options.Affinity is { } cpus ? ThreadControl.TrySetAffinity(cpus) : null;
        return refusal ?? (options.Nice is { } nice ? ThreadControl.TrySetNice(nice) : null);
    }

    private static DedicatedThreadExecutorOptions Checked(DedicatedThreadExecutorOptions options)
    {
        ExecutorOptions.Validate(options);
        if (options.Nice is < -20 or > 19)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Nice, string.Create(CultureInfo.InvariantCulture, $"Nice was {options.Nice}. Give -20 (favoured) to 19."));
        }

        if (options.Affinity is { Count: 0 })
        {
            throw new ArgumentException("Affinity was empty. Name at least one CPU, or leave it null.", nameof(options));
        }

        if (options.StackSize is not 0 and (< SmallestStack or > LargestStack))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                options.StackSize,
                string.Create(CultureInfo.InvariantCulture, $"StackSize was {options.StackSize}. Give {SmallestStack} to {LargestStack} bytes, or 0."));
        }

        if ((options.Nice is not null || options.Affinity is not null) && !OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("Nice and Affinity are set with Linux system calls. Leave them null on this platform.");
        }

        return options;
    }

    private string? StartAltered(DedicatedThreadExecutorOptions options)
    {
        string? refusal = null;
        using var prepared = new ManualResetEventSlim();
        StartThread(options.StackSize, () =>
        {
            refusal = Prepare(options);
            prepared.Set();
        });

        // Takes as long as the start of a thread, which every Thread.Start waits for as well.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        prepared.Wait();
        SynchronizationContext.SetSynchronizationContext(context);
        return refusal;
    }
}
