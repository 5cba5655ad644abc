namespace Concurrency.Tests.ForeignContext;

/// <summary>Keeps what is posted and never runs it.</summary>
internal sealed class BlockedContext : SynchronizationContext
{
    private readonly TaskCompletionSource _posted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _firstPost;

    /// <summary>Where the first post came from; null for none.</summary>
    public string? FirstPost => Volatile.Read(ref _firstPost);

    public Task Posted => _posted.Task;

    public override void Post(SendOrPostCallback d, object? state)
    {
        Interlocked.CompareExchange(ref _firstPost, Environment.StackTrace, null);
        _posted.TrySetResult();
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("The context of the caller is blocked.");

    public Task Call(Func<Task> member)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            return member();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
