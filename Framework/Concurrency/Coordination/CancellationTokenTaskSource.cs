using Concurrency.Execution;

namespace Concurrency.Coordination;

/// <summary>A task that is cancelled when a token is.</summary>
/// <typeparam name="T">The type of the task's result, which it never has.</typeparam>
/// <remarks>Dispose it when the task is no longer needed: that takes it off the token, and the task may then never end.</remarks>
public sealed class CancellationTokenTaskSource<T> : IDisposable
{
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Makes the task of a token.</summary>
    public CancellationTokenTaskSource(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            Task = System.Threading.Tasks.Task.FromCanceled<T>(cancellationToken);
            return;
        }

        var promise = new TaskCompletionSource<T>(Interleaving.CompletionOptions);
        Task = promise.Task;
        _registration = cancellationToken.UnsafeRegister(
            static (promise, token) => ((TaskCompletionSource<T>)promise!).TrySetCanceled(token), promise);
    }

    /// <summary>The task.</summary>
    public Task<T> Task { get; }

    /// <summary>Takes the task off the token.</summary>
    public void Dispose() => _registration.Unregister();
}
