using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Concurrency.Executors;

/// <summary>A lock for a handful of field accesses on the way of every post: taken by one interlocked operation, left by a store.</summary>
/// <remarks>Not reentrant; whoever waits for it yields its core. It must be a field that is not read-only, and is never copied.</remarks>
internal struct SpinGate
{
    private int _held;

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope EnterScope()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
        {
            EnterContended();
        }

        return new Scope(ref _held);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        var spinner = default(SpinWait);
        do
        {
            spinner.SpinOnce();
        }
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }

    internal readonly ref struct Scope(ref int held) : IDisposable
    {
        private readonly ref int _held = ref held;

        public void Dispose() => Volatile.Write(ref _held, 0);
    }
}
