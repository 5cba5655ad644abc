namespace Concurrency.Execution;

public abstract partial class Executor
{
    /// <summary>The time during which a thread runs turns of one executor; disposing it restores what was current before.</summary>
    protected readonly ref struct TurnScope : IDisposable
    {
        private readonly Executor? _previous;
        private readonly SynchronizationContext? _previousContext;

        internal TurnScope(Executor executor)
        {
            _previous = t_current;
            _previousContext = System.Threading.SynchronizationContext.Current;
            t_current = executor;
            System.Threading.SynchronizationContext.SetSynchronizationContext(executor.SynchronizationContext);
        }

        /// <summary>Restores the executor and the context that were current before.</summary>
        public void Dispose()
        {
            t_current = _previous;
            System.Threading.SynchronizationContext.SetSynchronizationContext(_previousContext);
        }
    }
}
