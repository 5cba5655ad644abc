using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Concurrency.Bridging;

/// <summary>Finds what the members of an interface call in a target.</summary>
[RequiresDynamicCode(BlockingProxy.DynamicCode)]
[RequiresUnreferencedCode(BlockingProxy.Unreferenced)]
internal static class ProxyMembers
{
    private const string Suffix = "Async";

    public static Dictionary<MethodInfo, ProxyMember> Of(Type contract, Type target, BlockingProxyOptions options)
    {
        var members = new Dictionary<MethodInfo, ProxyMember>();
        foreach (var type in contract.GetInterfaces().Prepend(contract))
        {
            foreach (var method in type.GetMethods().Where(method => !method.IsStatic && method.IsAbstract))
            {
                members[method] = type.IsAssignableFrom(target)
                    ? new ProxyMember(method, MayMove(method, options) ? ProxyCall.InBridge : ProxyCall.Inline, false)
                    : Counterpart(method, target);
            }
        }

        return members;
    }

    private static bool MayMove(MethodInfo method, BlockingProxyOptions options) =>
        !method.IsSpecialName
        && !options.Inline.Contains(method.Name)
        && !IsTask(method.ReturnType)
        && !method.GetParameters().Any(parameter => parameter.ParameterType.IsByRef);

    private static ProxyMember Counterpart(MethodInfo wanted, Type target)
    {
        if (wanted.DeclaringType == typeof(IAsyncDisposable) && typeof(IDisposable).IsAssignableFrom(target))
        {
            return new ProxyMember(typeof(IDisposable).GetMethod(nameof(IDisposable.Dispose))!, ProxyCall.Offload, false);
        }

        var isTask = IsTask(wanted.ReturnType);
        var name = isTask && wanted.Name.EndsWith(Suffix, StringComparison.Ordinal) ? wanted.Name[..^Suffix.Length] : wanted.Name;
        var parameters = wanted.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        if (!isTask || !parameters.Any(type => type.IsByRef))
        {
            var candidates = target.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.Name == name).ToArray();
            var kind = isTask ? ProxyCall.Offload : ProxyCall.Inline;
            if (candidates.FirstOrDefault(method => Fits(method, wanted, parameters)) is { } same)
            {
                return new ProxyMember(same, kind, false);
            }

            if (isTask && parameters is [.. var others, { } last] && last == typeof(CancellationToken)
                && candidates.FirstOrDefault(method => Fits(method, wanted, others)) is { } tokenless)
            {
                return new ProxyMember(tokenless, kind, true);
            }
        }

        throw new ArgumentException(
            $"{target} has no counterpart of {wanted.DeclaringType}: '{wanted}'. Give it a public method '{name}' with the same parameters and "
            + $"{(isTask ? "the result instead of the task" : "the same result")}, or remove the member from the interface.");
    }

    private static bool Fits(MethodInfo candidate, MethodInfo wanted, Type[] parameters)
    {
        if (candidate.GetGenericArguments().Length != wanted.GetGenericArguments().Length)
        {
            return false;
        }

        var closed = candidate.IsGenericMethodDefinition ? candidate.MakeGenericMethod(wanted.GetGenericArguments()) : candidate;
        if (!closed.GetParameters().Select(parameter => parameter.ParameterType).SequenceEqual(parameters))
        {
            return false;
        }

        var promised = ResultOf(wanted.ReturnType);
        return promised == typeof(void)
            || promised.IsAssignableFrom(closed.ReturnType)
            || (promised.IsInterface && closed.ReturnType != typeof(void) && !closed.ReturnType.IsValueType);
    }

    public static bool IsTask(Type type) => type == typeof(Task) || type == typeof(ValueTask) || IsTaskOfResult(type);

    /// <summary>What a method gives in the end: the result of its task, or its own.</summary>
    public static Type ResultOf(Type type) =>
        IsTaskOfResult(type) ? type.GetGenericArguments()[0] : IsTask(type) ? typeof(void) : type;

    private static bool IsTaskOfResult(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>));
}
