namespace Concurrency.Testing.Tests.Capture;

/// <summary>Checks that code runs on the thread on which the body began.</summary>
internal sealed class SameThread
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public int Checks { get; private set; }

    public void Check()
    {
        Checks++;
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
    }
}
