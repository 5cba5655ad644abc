using System.Text.Json.Serialization.Metadata;

namespace Concurrency.Executors.Processes;

/// <summary>A named function that can run in a worker process: what a <see cref="ProcessWorkCatalog"/> holds.</summary>
/// <remarks>
/// Input and output travel as JSON, so they are copies. Nothing else travels: no captured variable, no static field, no
/// <see cref="AsyncLocal{T}"/>; only the trace context of the caller's activity does.
/// </remarks>
public abstract class ProcessWork
{
    private const int LongestName = 200;

    private protected ProcessWork(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > LongestName)
        {
            throw new ArgumentException($"The name of work has {name.Length} characters: '{name[..40]}…'. Use {LongestName} at most.", nameof(name));
        }

        Name = name;
    }

    /// <summary>What requests call the function by; the same in parent and worker.</summary>
    public string Name { get; }

    /// <summary>Defines asynchronous work.</summary>
    /// <param name="name">Unique in its catalogue; 1 to 200 characters.</param>
    /// <param name="input">How the input is written and read: a property of a source-generated <c>JsonSerializerContext</c>.</param>
    /// <param name="output">How the output is written and read.</param>
    /// <param name="work">Runs in the worker, on its .NET thread pool; the token is cancelled by the caller, its time limit, or the parent's end.</param>
    public static ProcessWork<TIn, TOut> Define<TIn, TOut>(
        string name, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output, Func<TIn, CancellationToken, Task<TOut>> work) =>
        new(name, input, output, work);

    /// <summary>Defines synchronous work.</summary>
    /// <inheritdoc cref="Define"/>
    public static ProcessWork<TIn, TOut> DefineSynchronous<TIn, TOut>(
        string name, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output, Func<TIn, CancellationToken, TOut> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return new(name, input, output, (value, cancellationToken) => Task.FromResult(work(value, cancellationToken)));
    }

    /// <inheritdoc/>
    public override string ToString() => $"process work '{Name}'";

    /// <summary>Runs one request in the worker and writes the output behind what <paramref name="reply"/> holds.</summary>
    internal abstract Task ServeAsync(ReadOnlyMemory<byte> body, FrameWriter reply, CancellationToken cancellationToken);
}
