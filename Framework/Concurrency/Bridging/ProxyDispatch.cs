using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Concurrency.Bridging;

/// <summary>The base of the generated proxy classes.</summary>
[RequiresDynamicCode(BlockingProxy.DynamicCode)]
[RequiresUnreferencedCode(BlockingProxy.Unreferenced)]
internal class ProxyDispatch : DispatchProxy
{
    private static readonly ConcurrentDictionary<Type, ProxyTask> s_tasks = new();

    private object _target = null!;
    private Dictionary<MethodInfo, ProxyMember> _members = null!;
    private BlockingProxyOptions _options = null!;

    public void Initialize(object target, Dictionary<MethodInfo, ProxyMember> members, BlockingProxyOptions options)
    {
        _target = target;
        _members = members;
        _options = options;
    }

    public override bool Equals(object? obj) => _target.Equals(obj is ProxyDispatch other ? other._target : obj);

    public override int GetHashCode() => _target.GetHashCode();

    public override string? ToString() => _target.ToString();

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var member = _members[targetMethod!.IsGenericMethod ? targetMethod.GetGenericMethodDefinition() : targetMethod];
        var method = member.Method.IsGenericMethodDefinition
            ? member.Method.MakeGenericMethod(targetMethod.GetGenericArguments())
            : member.Method;
        var promised = targetMethod.ReturnType;
        var result = ProxyMembers.ResultOf(promised);
        switch (member.Call)
        {
            case ProxyCall.Offload:
                var token = args is [.., CancellationToken last] ? last : default;
                var passed = member.DropsToken ? args![..^1] : args;
                return s_tasks.GetOrAdd(promised, ProxyTask.For).Start(() => Call(method, passed, result), token);
            case ProxyCall.InBridge when SyncBridge.IsActive:
                return SyncBridge.Await(() => BlockingWork.RunAsync(() => Call(method, args, result)));
            default:
                return Call(method, args, result);
        }
    }

    private object? Call(MethodInfo method, object?[]? arguments, Type promised)
    {
        var result = method.Invoke(_target, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        var needsProxy = result is not null && promised.IsInterface && (_options.Wrap.Contains(promised) || !promised.IsInstanceOfType(result));
        return needsProxy ? BlockingProxy.Create(promised, result!, _options) : result;
    }
}
