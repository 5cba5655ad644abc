namespace Concurrency.Executors;

/// <summary>The kinds of blocking wait that .NET tells an executor about.</summary>
public enum BlockingWaitKind
{
    /// <summary>Some other wait.</summary>
    Other,

    /// <summary><see cref="System.Threading.Tasks.Task.Wait()"/>, <c>Result</c>, <c>GetAwaiter().GetResult()</c> and their relatives.</summary>
    Task,

    /// <summary>A contended <c>lock</c>, <see cref="System.Threading.Monitor"/> or <see cref="System.Threading.Lock"/>.</summary>
    Lock,

    /// <summary><see cref="System.Threading.Monitor.Wait(object)"/>, or a type built on it.</summary>
    Monitor,

    /// <summary><see cref="System.Threading.SemaphoreSlim.Wait()"/>.</summary>
    Semaphore,

    /// <summary><see cref="System.Threading.ManualResetEventSlim.Wait()"/> and types built on it.</summary>
    Event,

    /// <summary><see cref="System.Threading.WaitHandle.WaitOne()"/> and its relatives.</summary>
    WaitHandle,

    /// <summary><see cref="System.Threading.Thread.Join()"/>.</summary>
    ThreadJoin,
}
