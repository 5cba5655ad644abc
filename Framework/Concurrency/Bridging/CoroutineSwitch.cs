namespace Concurrency.Bridging;

/// <summary>One transfer of control between coroutines, for <see cref="Coroutine.Trace"/>.</summary>
/// <param name="Origin">Who gives control away; null for code outside of all coroutines.</param>
/// <param name="Target">Who gets it; null for code outside of all coroutines.</param>
/// <param name="IsThrow">Whether the target gets an exception instead of a value.</param>
public readonly record struct CoroutineSwitch(Coroutine? Origin, Coroutine? Target, bool IsThrow);
