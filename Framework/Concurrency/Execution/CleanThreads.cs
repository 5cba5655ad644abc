namespace Concurrency.Execution;

/// <summary>Makes threads, and gives the .NET thread pool occasion to make them, from a thread with ordinary scheduling.</summary>
/// <remarks>
/// On Linux a new thread inherits nice value and CPU affinity from the thread that creates it, and the .NET thread pool
/// creates its workers from whichever thread queues to it. So a thread whose scheduling was changed leaves both to a helper
/// thread, which lives as long as there are such threads.
/// </remarks>
internal static class CleanThreads
{
    private static readonly QuietLock s_gate = new();
    private static Helper? s_helper;
    private static int s_users;

    [ThreadStatic]
    private static bool t_isAltered;

    /// <summary>Whether the calling thread has another nice value or affinity than the process.</summary>
    public static bool IsAltered => t_isAltered;

    /// <summary>Keeps the helper alive; called before a thread with altered scheduling is made, from the thread that makes it.</summary>
    public static void Acquire()
    {
        using (s_gate.EnterScope())
        {
            s_users++;
            s_helper ??= new Helper();
        }
    }

    /// <summary>Called when a thread with altered scheduling has ended.</summary>
    public static void Release()
    {
        using (s_gate.EnterScope())
        {
            if (--s_users == 0)
            {
                s_helper?.End();
                s_helper = null;
            }
        }
    }

    /// <summary>Marks the calling thread as one whose scheduling was changed.</summary>
    public static void MarkAltered() => t_isAltered = true;

    /// <summary>Starts a background thread that inherits nothing from the caller.</summary>
    public static void Start(Action run, string name)
    {
        var thread = new Thread(() => run()) { IsBackground = true, Name = name };
        Run(static thread => ((Thread)thread!).UnsafeStart(), thread);
    }

    /// <summary>Queues work to the .NET thread pool.</summary>
    public static void QueueToPool(ExecutorWork work) =>
        Run(static state => ThreadPool.UnsafeQueueUserWorkItem(static work => work.Execute(), (ExecutorWork)state!, preferLocal: false), work);

    /// <summary>Calls something short that may create a thread: here, or on the helper.</summary>
    public static void Run(Action<object?> call, object? state)
    {
        if (t_isAltered)
        {
            Helper? helper;
            using (s_gate.EnterScope())
            {
                helper = s_helper;
            }

            if (helper is not null)
            {
                helper.Queue(call, state);
                return;
            }
        }

        call(state);
    }

    /// <summary>Calls something short that may create a thread, here or on the helper, and returns after it; throws what it throws.</summary>
    public static void RunAndWait(Action<object?> call, object? state)
    {
        if (!t_isAltered)
        {
            call(state);
            return;
        }

        var called = new TaskCompletionSource();
        Run(
            _ =>
            {
                try
                {
                    call(state);
                    called.SetResult();
                }
                catch (Exception error)
                {
                    called.SetException(error);
                }
            },
            null);

        // As short as a start of a thread, which is not a blocking wait of the user.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
#pragma warning disable VSTHRD002 // the helper thread completes it without any other thread
            called.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private sealed class Helper
    {
        private readonly Queue<(Action<object?> Call, object? State)> _calls = new();
        private bool _ended;

        public Helper()
        {
            var thread = new Thread(Serve) { IsBackground = true, Name = "clean threads" };
            thread.UnsafeStart();
        }

        public void Queue(Action<object?> call, object? state)
        {
            QuietMonitor.Enter(_calls);
            _calls.Enqueue((call, state));
            Monitor.Pulse(_calls);
            Monitor.Exit(_calls);
        }

        public void End()
        {
            lock (_calls)
            {
                _ended = true;
                Monitor.Pulse(_calls);
            }
        }

        private void Serve()
        {
            while (TryTake(out var next))
            {
                try
                {
                    next.Call(next.State);
                }
                catch (Exception error)
                {
                    // The caller is gone; it surfaces where .NET reports what nobody observes, and the helper serves on.
                    _ = Task.FromException(error);
                }
            }
        }

        private bool TryTake(out (Action<object?> Call, object? State) next)
        {
            lock (_calls)
            {
                while (_calls.Count == 0 && !_ended)
                {
                    Monitor.Wait(_calls);
                }

                return _calls.TryDequeue(out next);
            }
        }
    }
}
