using System.Globalization;

namespace Concurrency.Testing.Reports;

/// <summary>One thing that an actor did in a schedule.</summary>
public sealed record TimelineRow
{
    /// <summary>The step in which it happened, from 1.</summary>
    public required long Step { get; init; }

    /// <summary>The virtual time, in nanoseconds since the start.</summary>
    public required long Nanoseconds { get; init; }

    /// <summary>Who did it: an index into <see cref="SimulationTimeline.Actors"/>.</summary>
    public required int Actor { get; init; }

    /// <summary>What was done: an operation, or <c>start</c>, <c>go on</c>, <c>timer</c>, <c>switch</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The thing that the operation was on, if it was on one.</summary>
    public string? Resource { get; init; }

    /// <summary>The source file of the user's code, when it is known.</summary>
    public string? File { get; init; }

    /// <summary>The line in <see cref="File"/>, from 1; 0 when it is not known.</summary>
    public int Line { get; init; }

    /// <summary>The user's method, when it is known.</summary>
    public string? Method { get; init; }

    /// <summary>Whether the row only says that another actor goes from here on.</summary>
    public bool IsSwitch { get; init; }

    internal string What => Resource is null ? Operation : $"{Operation} {Resource}";

    internal string? Where => File is null || Line == 0 ? ShortMethod : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(File)}:{Line}");

    /// <summary>The method with its type, without the namespace.</summary>
    private string? ShortMethod => Method is null ? null : string.Join('.', Method.Split('.').TakeLast(2));
}
