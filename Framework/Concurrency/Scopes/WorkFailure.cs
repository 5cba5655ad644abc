namespace Concurrency.Scopes;

/// <summary>A failure in a <see cref="WorkPool"/> that reaches no caller.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="Work">The work's name.</param>
/// <param name="Error">What was thrown.</param>
public sealed record WorkFailure(string Pool, string Work, Exception Error);
