namespace Concurrency.Execution;

/// <summary>The untyped face of <see cref="RootTask{TResult}"/>.</summary>
internal interface IRootTask
{
    /// <summary>The delegate that the user gave.</summary>
    Delegate Work { get; }

    /// <summary>The name that its maker gave it; null to show that of the method.</summary>
    string? GivenName { get; }

    /// <summary>What the caller of <c>RunAsync</c> was given.</summary>
    Task Promise { get; }

    /// <summary>Cancels the task without having started it.</summary>
    void Discard();
}
