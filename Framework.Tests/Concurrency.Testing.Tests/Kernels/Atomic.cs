using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>A variable whose single reads and writes need no order, as those of a volatile field: what goes wrong lies between them.</summary>
internal sealed class Atomic<T>(T value)
{
    private T _value = value;

    public async ValueTask<T> ReadAsync()
    {
        await Interleaving.PointAsync(OperationKind.Read, this);
        return _value;
    }

    public async ValueTask WriteAsync(T value)
    {
        await Interleaving.PointAsync(OperationKind.Write, this);
        _value = value;
    }
}
