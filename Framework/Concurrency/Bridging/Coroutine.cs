namespace Concurrency.Bridging;

/// <summary>What coroutines of all types have in common.</summary>
public abstract class Coroutine
{
    private static Action<CoroutineSwitch>? s_trace;

    private protected Coroutine(string name)
    {
        Name = name;
        Parent = Current;
    }

    /// <summary>Called at each transfer, on the thread that gives control away, before it does; null for none. What it throws is logged.</summary>
    public static Action<CoroutineSwitch>? Trace
    {
        get => Volatile.Read(ref s_trace);
        set => Volatile.Write(ref s_trace, value);
    }

    /// <summary>The coroutine whose code calls, or null outside of all.</summary>
    public static Coroutine? Current => CoroutineJob.Running?.Owner;

    /// <summary>The name for messages and traces.</summary>
    public string Name { get; }

    /// <summary>The coroutine that made this one, or null. It never changes, so there are no cycles.</summary>
    public Coroutine? Parent { get; }

    /// <summary>Whether the body has begun.</summary>
    public abstract bool IsStarted { get; private protected set; }

    /// <summary>Whether the coroutine can still run: it has not ended, and was not disposed.</summary>
    public abstract bool IsAlive { get; }

    /// <inheritdoc/>
    public override string ToString() => $"coroutine '{Name}'";
}
