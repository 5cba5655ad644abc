namespace Concurrency.ProcessChild;

/// <summary>What no writer can write.</summary>
public sealed class Unwritable
{
    public string Text => throw new InvalidOperationException("This property cannot be read.");
}
