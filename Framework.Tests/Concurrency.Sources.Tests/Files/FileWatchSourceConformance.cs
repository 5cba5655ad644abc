using Concurrency.Execution;
using Concurrency.Sources.Files;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Files;

/// <summary>The common suite on a real directory: each raised thing is a new directory in it, which is one kernel event.</summary>
public abstract class FileWatchSourceConformance : SourceConformance<FileChange>
{
    protected override SourceRig<FileChange> CreateRig(int capacity) => new Rig(capacity);

    private sealed class Rig : SourceRig<FileChange>
    {
        private readonly TempDirectory _directory = new();
        private int _made;

        public Rig(int capacity) =>
            Source = new FileWatchSource(_directory.Path, new FileWatchSourceOptions { Capacity = capacity });

        public override IEventSource<FileChange> Source { get; }

        public override Task RaiseAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Directory.CreateDirectory(_directory / $"made{Interlocked.Increment(ref _made)}");
            }

            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync()
        {
            _directory.Dispose();
            return default;
        }
    }
}

public sealed class FileWatchSourceOnCooperative : FileWatchSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Cooperative;
}

public sealed class FileWatchSourceOnDedicatedThread : FileWatchSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.DedicatedThread;
}

public sealed class FileWatchSourceOnPool : FileWatchSourceConformance
{
    protected override ExecutorKind Kind => ExecutorKind.Pool;
}
