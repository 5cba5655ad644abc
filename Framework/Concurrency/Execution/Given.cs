using System.Globalization;
using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>Refuses what a caller or a user's delegate must not give.</summary>
internal static class Given
{
    /// <summary>Refuses a number that is too small.</summary>
    /// <param name="value">The number.</param>
    /// <param name="smallest">What it has to be at least.</param>
    /// <param name="what">What it is, as the beginning of the sentence.</param>
    /// <param name="name">Given by the compiler.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public static void AtLeast(long value, long smallest, string what, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (value < smallest)
        {
            throw new ArgumentOutOfRangeException(
                name, value, string.Create(CultureInfo.InvariantCulture, $"{what} was {value}. Give {smallest} or more."));
        }
    }

    /// <summary>A reason in the words of a user, as a sentence that another one may follow.</summary>
    public static string Sentence(string reason)
    {
        var text = reason.TrimEnd();
        return text.Length > 0 && text[^1] is '.' or '!' or '?' or '…' ? text : text + ".";
    }

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
