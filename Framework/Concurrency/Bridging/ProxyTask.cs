using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Bridging;

/// <summary>Starts a call on the pool and returns it as the kind of task that a method promises.</summary>
internal abstract class ProxyTask
{
    public abstract object Start(Func<object?> call, CancellationToken cancellationToken);

    [RequiresDynamicCode(BlockingProxy.DynamicCode)]
    [RequiresUnreferencedCode(BlockingProxy.Unreferenced)]
    public static ProxyTask For(Type promised)
    {
        if (promised == typeof(Task))
        {
            return new OfTask();
        }

        if (promised == typeof(ValueTask))
        {
            return new OfValueTask();
        }

        var definition = promised.GetGenericTypeDefinition() == typeof(Task<>) ? typeof(OfTask<>) : typeof(OfValueTask<>);
        return (ProxyTask)Activator.CreateInstance(definition.MakeGenericType(promised.GetGenericArguments()))!;
    }

    private sealed class OfTask : ProxyTask
    {
        public override object Start(Func<object?> call, CancellationToken cancellationToken) => BlockingWork.RunAsync(call, cancellationToken);
    }

    private sealed class OfValueTask : ProxyTask
    {
        public override object Start(Func<object?> call, CancellationToken cancellationToken) =>
            new ValueTask(BlockingWork.RunAsync(call, cancellationToken));
    }

    private sealed class OfTask<T> : ProxyTask
    {
        public override object Start(Func<object?> call, CancellationToken cancellationToken) =>
            BlockingWork.RunAsync(() => (T)call()!, cancellationToken);
    }

    private sealed class OfValueTask<T> : ProxyTask
    {
        public override object Start(Func<object?> call, CancellationToken cancellationToken) =>
            new ValueTask<T>(BlockingWork.RunAsync(() => (T)call()!, cancellationToken));
    }
}
