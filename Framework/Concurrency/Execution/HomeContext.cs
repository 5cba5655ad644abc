namespace Concurrency.Execution;

/// <summary>The ExecutionContext without any <see cref="AsyncLocal{T}"/> value, which executors restore between turns.</summary>
internal static class HomeContext
{
    private static ExecutionContext? s_default;

    /// <summary>The context, or null as long as no executor has needed it.</summary>
    public static ExecutionContext? Known => Volatile.Read(ref s_default);

    /// <summary>The context. .NET does not hand it out, but every thread that inherits nothing starts with it.</summary>
    public static ExecutionContext Get() => Known ?? Find();

    /// <summary>Makes it the calling thread's context until the returned value is disposed.</summary>
    public static Scope Enter() => new(Get());

    private static ExecutionContext Find()
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var thread = new Thread(static () => Volatile.Write(ref s_default, ExecutionContext.Capture())) { IsBackground = true };
            thread.UnsafeStart();
            thread.Join();
            return s_default!;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Restores the context that the thread had before, suppressed flow included.</summary>
    internal readonly ref struct Scope : IDisposable
    {
        private readonly ExecutionContext _before;
        private readonly bool _wasSuppressed;

        public Scope(ExecutionContext home)
        {
            _wasSuppressed = ExecutionContext.IsFlowSuppressed();
            if (_wasSuppressed)
            {
                ExecutionContext.RestoreFlow();
            }

            _before = ExecutionContext.Capture()!;
            Home = home;
            ExecutionContext.Restore(home);
        }

        public ExecutionContext Home { get; }

        public void Dispose()
        {
            ExecutionContext.Restore(_before);
            if (_wasSuppressed)
            {
                ExecutionContext.SuppressFlow();
            }
        }
    }
}
