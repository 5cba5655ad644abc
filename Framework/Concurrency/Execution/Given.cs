namespace Concurrency.Execution;

/// <summary>Refuses what a user's delegate must not return.</summary>
internal static class Given
{
    /// <summary>The task that a delegate returned.</summary>
    /// <param name="task">The task, or null.</param>
    /// <param name="what">What the delegate was given to, as it stands in the sentence.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static TTask Task<TTask>(TTask? task, string what)
        where TTask : Task => task ?? throw new InvalidOperationException(
            $"The delegate given to {what} returned null instead of a task. Make it async or return Task.CompletedTask.");
}
