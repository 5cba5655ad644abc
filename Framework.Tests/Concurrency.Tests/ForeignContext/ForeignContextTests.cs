using System.Reflection;
using Concurrency.Coordination;
using Concurrency.Execution;
using Concurrency.TestSupport;

namespace Concurrency.Tests.ForeignContext;

/// <summary>Every public async member completes for a caller whose context never runs anything, as a blocked user interface thread does.</summary>
public sealed class ForeignContextTests
{
    private static readonly Dictionary<string, Func<Call, Task>> s_members = new(
    [
        .. BridgingCalls.Members,
        .. ChannelCalls.Members,
        .. CoordinationCalls.Members,
        .. ExecutorCalls.Members,
        .. InspectionCalls.Members,
        .. LockTimeoutCalls.Members,
        .. PatternCalls.Members,
        .. ProcessCalls.Members,
        .. PoolCalls.Members,
        .. QueueCalls.Members,
        .. ScopeCalls.Members,
        .. SourceCalls.Members,
        .. WorkPoolCalls.Members,
    ]);

    public static TheoryData<string> Members => [.. s_members.Keys];

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Member_CallerWhoseContextNeverRuns_Completes(string member)
    {
        var context = new BlockedContext();

        await s_members[member](context.Call).Within($"{member}; first post: {context.FirstPost ?? "none"}");

        Assert.True(context.FirstPost is null, $"{member} needed the context of its caller: {context.FirstPost}");
    }

    [Fact]
    public void Members_OfTheAssembly_AreAllCalledAbove()
    {
        var members = from type in typeof(Executor).Assembly.GetExportedTypes()
                      from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                          // They take the caller's scheduler, or turn one task into another, for callers who want just that.
                      where type != typeof(TaskFactoryExtensions) && type != typeof(TaskCompletionSourceExtensions)
                      where !method.IsAbstract && !method.IsSpecialName && IsAsync(method.ReturnType)
                      select NameOf(method);
        string[] all = [.. members.Distinct().Order(StringComparer.Ordinal)];

        Assert.Empty(all.Except(s_members.Keys));
        // The rest are members of types that are not public, reached through a base of theirs.
        Assert.All(s_members.Keys.Except(all), name => Assert.DoesNotContain('(', name));
    }

    [Fact]
    public async Task Context_AwaitThatCapturesIt_IsSeen()
    {
        var context = new BlockedContext();
        var gate = Calls.NewGate();

        var pending = context.Call(async () => await gate.Task);
        gate.SetResult(1);
        await context.Posted.Within("the post");

        Assert.False(pending.IsCompleted);
        Assert.NotNull(context.FirstPost);
    }

    private static bool IsAsync(Type type)
    {
        var plain = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return plain == typeof(Task) || plain == typeof(Task<>) || plain == typeof(ValueTask) || plain == typeof(ValueTask<>)
            || plain == typeof(IAsyncEnumerable<>) || plain == typeof(AwaitableDisposable<>);
    }

    private static string NameOf(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{Plain(method.DeclaringType!)}.{method.Name}{generic}({string.Join(", ", method.GetParameters().Select(p => Plain(p.ParameterType)))})";
    }

    private static string Plain(Type type) => type.IsArray ? $"{Plain(type.GetElementType()!)}[]" : type.Name.Split('`')[0];
}
