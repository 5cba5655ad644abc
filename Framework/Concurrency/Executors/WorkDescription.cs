using System.Diagnostics;
using System.Runtime.CompilerServices;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>Finds the name of the user's method behind a callback.</summary>
internal static class WorkDescription
{
    /// <summary>The async method or the delegate's method, or the type of the callback if neither is known.</summary>
    public static string MethodOf(in ExecutorWork work) => work.Callback switch
    {
        null => "nothing",
        IRootTask root => NameOf(root),
        ContextWork inner => MethodOf(inner.Inner),
        Delegate callback => IsOfUser(callback) ? MethodOf(callback) : OfState(work.State) ?? MethodOf(callback),
        var other => other.GetType().FullName ?? other.GetType().Name,
    };

    /// <summary>The name that a task was given, or its method.</summary>
    public static string NameOf(IRootTask root) => root.GivenName ?? MethodOf(root.Work);

    /// <summary>The method of a delegate, or the async method that it continues.</summary>
    public static string MethodOf(Delegate callback)
    {
        if (callback.Target is INamedWork named)
        {
            return named.Name;
        }

        if (OfStateMachine(callback.Target) is { } asyncMethod)
        {
            return asyncMethod;
        }

        var method = DiagnosticMethodInfo.Create(callback);
        return method is null ? callback.GetType().Name : CodeNames.Readable(method.DeclaringTypeName, method.Name);
    }

    /// <summary>The name of a task that is tracked, or its async method, or else the type of the task.</summary>
    public static string NameOf(Task task)
    {
        foreach (var tracked in TaskTracking.All)
        {
            if (ReferenceEquals(tracked.Task, task))
            {
                return tracked.Name;
            }
        }

        var type = task.GetType();
        return OfStateMachine(task) ?? (type.IsGenericType ? type.Name.Split('`')[0] : type.Name);
    }

    /// <summary>The user's method that a callback of .NET or of this framework calls, found in the callback's argument.</summary>
    private static string? OfState(object? state) => state switch
    {
        ContextWork inner => MethodOf(inner.Inner),
        Delegate continuation => MethodOf(continuation),
        _ => OfStateMachine(state),
    };

    private static string? OfStateMachine(object? box)
    {
        // A suspended async method is a box of .NET whose last type argument is the compiler's state machine.
        var arguments = box?.GetType().GenericTypeArguments ?? [];
        return arguments.Length > 0 && arguments[^1] is { } machine && typeof(IAsyncStateMachine).IsAssignableFrom(machine)
            ? CodeNames.Readable(machine.FullName ?? machine.Name, "MoveNext")
            : null;
    }

    private static bool IsOfUser(Delegate callback) =>
        DiagnosticMethodInfo.Create(callback) is { } method && CodeNames.OriginOf(method.DeclaringAssemblyName) == CodeOrigin.User;
}
