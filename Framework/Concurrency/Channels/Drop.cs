namespace Concurrency.Channels;

/// <summary>An item that lost its place under the gate and is reported after it was left; the default value is no item.</summary>
internal readonly struct Drop<T>(T item, DropCause cause)
{
    private readonly T _item = item;
    private readonly bool _any = true;

    public DropCause Cause { get; } = cause;

    public bool IsNothing => !_any;

    public void Report(Action<T, DropCause>? onUndelivered)
    {
        if (_any)
        {
            onUndelivered?.Invoke(_item, Cause);
        }
    }
}
