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
        IRootTask root => OfDelegate(root.Work),
        ContextWork inner => MethodOf(inner.Inner),
        Delegate callback when work.State is Delegate continuation && IsOfDotNet(callback) => OfDelegate(continuation),
        Delegate callback when work.State is not null && IsOfDotNet(callback) => OfState(work.State) ?? OfDelegate(callback),
        Delegate callback => OfDelegate(callback),
        var other => other.GetType().FullName ?? other.GetType().Name,
    };

    private static string OfDelegate(Delegate callback)
    {
        if (callback.Target is { } target && OfState(target) is { } asyncMethod)
        {
            return asyncMethod;
        }

        var method = DiagnosticMethodInfo.Create(callback);
        return method is null ? callback.GetType().Name : CodeNames.Readable(method.DeclaringTypeName, method.Name);
    }

    private static string? OfState(object state)
    {
        // A suspended async method is a box of .NET whose last type argument is the compiler's state machine.
        var arguments = state.GetType().GenericTypeArguments;
        return arguments.Length > 0 && arguments[^1] is { } machine && typeof(IAsyncStateMachine).IsAssignableFrom(machine)
            ? CodeNames.Readable(machine.FullName ?? machine.Name, "MoveNext")
            : null;
    }

    private static bool IsOfDotNet(Delegate callback) =>
        DiagnosticMethodInfo.Create(callback)?.DeclaringTypeName.StartsWith("System.", StringComparison.Ordinal) ?? true;
}
