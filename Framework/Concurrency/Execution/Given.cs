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

    /// <summary>The elements of a sequence, in its order.</summary>
    /// <exception cref="ArgumentException">One of them is null.</exception>
    public static T[] NoNull<T>(IEnumerable<T> given, string parameter)
        where T : class
    {
        var all = given.ToArray();
        var position = Array.FindIndex(all, static one => one is null);
        return position < 0
            ? all
            : throw new ArgumentException($"Of the {all.Length} that were given, number {position + 1} is null. Leave it out, or give what it was to be.", parameter);
    }
}
