using System.Runtime.ExceptionServices;

namespace Concurrency.Execution;

/// <summary>Tasks that have ended before they are handed out.</summary>
internal static class EndedTask
{
    /// <summary>A task that has ended as an async method does that throws: its awaiter gets the very exception, with its type, message and stack.</summary>
    /// <returns>Cancelled for an <see cref="OperationCanceledException"/>, failed for any other.</returns>
#pragma warning disable CS1998 // an async method is what .NET offers to end a task as cancelled with an exception of one's own
    public static async Task<T> ThrowAsync<T>(Exception error)
    {
        ExceptionDispatchInfo.Throw(error);
        return default!;
    }
#pragma warning restore CS1998
}
