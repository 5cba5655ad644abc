namespace Concurrency.Channels;

/// <summary>Tells the owner of items that no reader will get them; called without the gate.</summary>
internal static class Undelivered
{
    /// <summary>Reports several items, each once, even when the callback throws for some.</summary>
    /// <exception cref="AggregateException">The callback threw more than once; a single exception comes as it was thrown.</exception>
    public static void Report<T>(Action<T, DropCause>? callback, ReadOnlySpan<T> items, DropCause cause)
    {
        if (callback is null)
        {
            return;
        }

        List<Exception>? errors = null;
        foreach (var item in items)
        {
            try
            {
                callback(item, cause);
            }
            catch (Exception error) when (items.Length > 1)
            {
                (errors ??= []).Add(error);
            }
        }

        if (errors is { Count: 1 })
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(errors[0]);
        }

        if (errors is not null)
        {
            throw new AggregateException("The callback for undelivered items failed for several of them.", errors);
        }
    }
}
