using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Concurrency.Bridging;

/// <summary>Makes an object for an interface whose blocking methods run on the pool of <see cref="BlockingWork"/>.</summary>
/// <remarks>
/// <para>A method that returns a task is made from the target's synchronous method: same name without <c>Async</c>, same parameters; a
/// <see cref="CancellationToken"/> at the end frees the caller and is passed on if the target takes one. Without a counterpart the proxy
/// is refused when it is made, with the method's signature.</para>
/// <para>A synchronous method of the target's own interface moves to the pool when a bridge calls it, and the bridge awaits it; other callers
/// block as they did before. Properties and events never move, and neither do <c>Equals</c>, <c>GetHashCode</c> and <c>ToString</c>.</para>
/// <para>A returned object becomes a proxy if its interface is listed in <see cref="BlockingProxyOptions.Wrap"/>, or if the method promises an
/// interface that the object does not implement. <see cref="IAsyncDisposable"/> of the interface is <see cref="IDisposable"/> of the target.</para>
/// <para>Calls may overlap, as they may on any pool: the target decides whether that is allowed.</para>
/// </remarks>
public static class BlockingProxy
{
    internal const string DynamicCode = "The proxy's class is generated at run time. Write the class by hand, with BlockingWork.RunAsync, where that is not possible.";
    internal const string Unreferenced = "The target's methods are found by name. Write the class by hand, with BlockingWork.RunAsync, where they may be trimmed.";

    /// <summary>Makes a proxy.</summary>
    /// <typeparam name="TInterface">The target's own interface, or an interface of asynchronous counterparts.</typeparam>
    /// <param name="target">The object whose methods block.</param>
    /// <param name="options">Null for the usual behaviour.</param>
    /// <exception cref="ArgumentException"><typeparamref name="TInterface"/> is no interface, or one of its members has no counterpart in the target.</exception>
    [RequiresDynamicCode(DynamicCode)]
    [RequiresUnreferencedCode(Unreferenced)]
    public static TInterface Create<TInterface>(object target, BlockingProxyOptions? options = null)
        where TInterface : class => (TInterface)Create(typeof(TInterface), target, options ?? new BlockingProxyOptions());

    [RequiresDynamicCode(DynamicCode)]
    [RequiresUnreferencedCode(Unreferenced)]
    internal static object Create(Type contract, object target, BlockingProxyOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!contract.IsInterface)
        {
            throw new ArgumentException($"BlockingProxy was asked for {contract}, which is no interface. Give the interface that callers use.", nameof(contract));
        }

        if (options.Wrap.FirstOrDefault(type => !type.IsInterface) is { } wrong)
        {
            throw new ArgumentException($"BlockingProxyOptions.Wrap contains {wrong}, which is no interface. Give interfaces.", nameof(options));
        }

        var members = ProxyMembers.Of(contract, target.GetType(), options);
        var proxy = DispatchProxy.Create(contract, typeof(ProxyDispatch));
        ((ProxyDispatch)proxy).Initialize(target, members, options);
        return proxy;
    }
}
