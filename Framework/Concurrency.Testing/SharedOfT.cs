using System.Runtime.CompilerServices;
using Concurrency.Execution;
using Concurrency.Testing.Engine;

namespace Concurrency.Testing;

/// <summary>A value that several actors use without an order of its own: a field, as a simulation can watch it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// <para>Two accesses of which one writes must come one after the other in every schedule: by a lock, a channel, an event, a scope, the
/// start of work, or its end. Otherwise the schedule fails with a data race, which names both places.</para>
/// <para>A plain <see cref="Task"/> or <see cref="TaskCompletionSource"/> that is complete before it is awaited leaves no trace: pass such
/// things through <c>OneShotEvent</c>, <c>AsyncManualResetEvent</c> or a channel.</para>
/// </remarks>
public sealed class Shared<T>
{
    private readonly World _world;
    private readonly AccessHistory _history;
    private T _value;

    internal Shared(World world, T value, string name)
    {
        _world = world;
        _value = value;
        _history = new AccessHistory(world, name);
    }

    /// <summary>Reads the value.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public T Read([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _world.Touch(OperationKind.Read, _history);
        _history.Read(file, line);
        return _value;
    }

    /// <summary>Writes the value.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public void Write(T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        _world.Touch(OperationKind.Write, _history);
        _history.Write(file, line);
        _value = value;
    }

    /// <summary>Reads the value and writes what comes of it, with nothing in between.</summary>
    /// <param name="change">Makes the new value of the old one.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    /// <returns>The new value.</returns>
    public T Update(Func<T, T> change, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(change);
        Write(change(Read(file, line)), file, line);
        return _value;
    }

    /// <summary>Reads the value when the schedule lets the caller go: others can come before.</summary>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public async ValueTask<T> ReadAsync([CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await Interleaving.PointAsync(OperationKind.Read, _history).ConfigureAwait(Executor.Current is not null);
        _history.Read(file, line);
        return _value;
    }

    /// <summary>Writes the value when the schedule lets the caller go: others can come before.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    public async ValueTask WriteAsync(T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        await Interleaving.PointAsync(OperationKind.Write, _history).ConfigureAwait(Executor.Current is not null);
        _history.Write(file, line);
        _value = value;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_history.Name} = {_value}";
}
