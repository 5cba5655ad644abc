using System.Runtime.ExceptionServices;

namespace Concurrency.Testing;

/// <summary>A thread for simulations: a large stack, so that no chain of inline continuations leaves it.</summary>
internal static class SimulationThread
{
    private const int StackBytes = 256 * 1024 * 1024;

    public static T Run<T>(Func<T> run)
    {
        T? result = default;
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = run();
                }
                catch (Exception problem)
                {
                    error = ExceptionDispatchInfo.Capture(problem);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "simulation",
        };

        // The values of the caller's AsyncLocals are not those of the simulation.
        thread.UnsafeStart();
        thread.Join();
        error?.Throw();
        return result!;
    }
}
