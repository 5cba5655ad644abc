using System.Runtime.CompilerServices;
using Concurrency.Scopes;
using Concurrency.TestSupport;

namespace Concurrency.Tests.Scopes;

/// <summary>What a scope that stays open keeps of children that have ended.</summary>
public sealed class ScopeResultTests
{
    private const int Children = 40;

    [Fact]
    public Task Start_LongAfterABurst_ResultsOfTheBurstAreFreed() => TaskScope.RunAsync(async scope =>
    {
        var results = await BurstAsync(scope);
        for (var i = 0; i < Children; i++)
        {
            await scope.Start("later", _ => Task.FromResult(i)).Within("a later child");
        }

        Assert.Equal(0, Living(results));
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference[]> BurstAsync(TaskScope scope)
    {
        var results = new WeakReference[Children];
        await Task.WhenAll(Enumerable.Range(0, Children).Select(index => KeepAsync(scope, results, index))).Within("the burst");
        return results;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task KeepAsync(TaskScope scope, WeakReference[] results, int index) =>
        results[index] = new WeakReference(await scope.Start("burst", _ => Task.FromResult(new byte[1000])));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Living(WeakReference[] results)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return results.Count(result => result.IsAlive);
    }
}
