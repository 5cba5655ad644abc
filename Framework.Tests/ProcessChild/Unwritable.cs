namespace Concurrency.ProcessChild;

/// <summary>What no writer can write.</summary>
public sealed class Unwritable
{
    private readonly string _reason = "This property cannot be read.";

    public string Text => throw new InvalidOperationException(_reason);
}
