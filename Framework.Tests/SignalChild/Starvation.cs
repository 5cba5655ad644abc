namespace Concurrency.SignalChild;

/// <summary>Takes every thread that the .NET thread pool may have, for good.</summary>
internal static class Starvation
{
    public static void Begin()
    {
        ThreadPool.GetMaxThreads(out _, out var completionPorts);
        ThreadPool.SetMinThreads(Environment.ProcessorCount, 1);
        if (!ThreadPool.SetMaxThreads(Environment.ProcessorCount, completionPorts))
        {
            throw new InvalidOperationException("The thread pool did not take the limit.");
        }

        using var taken = new CountdownEvent(Environment.ProcessorCount);
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static taken =>
                {
                    taken.Signal();
                    new ManualResetEventSlim(false, spinCount: 0).Wait();
                },
                taken,
                preferLocal: false);
        }

        taken.Wait();
    }
}
