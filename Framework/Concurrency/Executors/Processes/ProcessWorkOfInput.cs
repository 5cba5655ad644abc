using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Concurrency.Execution;

namespace Concurrency.Executors.Processes;

/// <summary>A named function from <typeparamref name="TIn"/> to <typeparamref name="TOut"/> that can run in a worker process.</summary>
public sealed class ProcessWork<TIn, TOut> : ProcessWork
{
    private readonly JsonTypeInfo<TIn> _input;
    private readonly JsonTypeInfo<TOut> _output;
    private readonly Func<TIn, CancellationToken, Task<TOut>> _work;

    internal ProcessWork(
        string name, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output, Func<TIn, CancellationToken, Task<TOut>> work)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(work);
        _input = input;
        _output = output;
        _work = work;
    }

    internal void WriteInput(FrameWriter frame, TIn value) => Write(frame, value, _input);

    internal TOut ReadOutput(ReadOnlyMemory<byte> body) => JsonSerializer.Deserialize(body.Span, _output)!;

    internal override async Task ServeAsync(ReadOnlyMemory<byte> body, FrameWriter reply, CancellationToken cancellationToken)
    {
        TIn input;
        try
        {
            input = JsonSerializer.Deserialize(body.Span, _input)!;
        }
        catch (Exception error)
        {
            throw new BodyException($"The input of '{Name}' could not be read in the worker: {error.Message}", error);
        }

        var output = await _work(input, cancellationToken).ConfigureAwait(Executor.Current is not null);
        try
        {
            Write(reply, output, _output);
        }
        catch (Exception error) when (!reply.HasOverflown)
        {
            throw new BodyException($"The output of '{Name}' could not be written in the worker: {error.Message}", error);
        }
    }

    private static void Write<T>(FrameWriter frame, T value, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter(frame);
        JsonSerializer.Serialize(writer, value, type);
    }
}
