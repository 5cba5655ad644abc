using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Concurrency.Execution;

/// <summary>A lock for a handful of field accesses: taken by one interlocked operation, left by a store.</summary>
/// <remarks>
/// Whoever waits for it spins and yields its core: a contended monitor would report a blocking wait to the SynchronizationContext,
/// and a cooperative executor would blame its component for our few nanoseconds. Not reentrant. It must be a field that is not
/// read-only, and is never copied.
/// </remarks>
internal struct SpinGate
{
    private const int Free = 0;
    private const int Held = 1;

    private int _state;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _state, Held, Free) != Free)
        {
            EnterContended();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _state, Free);

    [UnscopedRef]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope EnterScope()
    {
        Enter();
        return new Scope(ref this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        var spinner = default(SpinWait);
        do
        {
            spinner.SpinOnce();
        }
        while (Volatile.Read(ref _state) != Free || Interlocked.CompareExchange(ref _state, Held, Free) != Free);
    }

    internal readonly ref struct Scope(ref SpinGate gate) : IDisposable
    {
        private readonly ref SpinGate _gate = ref gate;

        public void Dispose() => _gate.Exit();
    }
}
