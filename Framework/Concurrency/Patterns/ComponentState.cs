namespace Concurrency.Patterns;

/// <summary>Where a <see cref="Component"/> is in its life.</summary>
public enum ComponentState
{
    /// <summary>It was made and not yet started.</summary>
    Created,

    /// <summary>It handles events.</summary>
    Running,

    /// <summary>It accepts nothing new and handles what was accepted.</summary>
    Stopping,

    /// <summary>It has handled what it could.</summary>
    Ended,

    /// <summary>It gave up because of a failure.</summary>
    Failed,
}
