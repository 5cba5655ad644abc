using Concurrency.Execution;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>A variable that others can use between any two uses of it.</summary>
internal sealed class Racy<T>(T value)
{
    private T _value = value;

    public async ValueTask<T> ReadAsync()
    {
        await Executor.Yield();
        return _value;
    }

    public async ValueTask WriteAsync(T value)
    {
        await Executor.Yield();
        _value = value;
    }
}
