namespace Concurrency.Execution;

/// <summary>Code that runs on a thread of its own with a turn that an executor's thread lent to it.</summary>
internal abstract class TurnBorrower
{
    [ThreadStatic]
    private static TurnBorrower? t_current;

    /// <summary>The borrower whose code the calling thread runs, or null.</summary>
    public static TurnBorrower? Current
    {
        get => t_current;
        protected set => t_current = value;
    }

    /// <summary>How long it may block in the lent turn while other work of the executor waits; then the wait is refused.</summary>
    public abstract TimeSpan BlockedLimit { get; }

    /// <summary>The name and the lending thread's stack, for the refusal.</summary>
    public abstract string DescribeLender();
}
