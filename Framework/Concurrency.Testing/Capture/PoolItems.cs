using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Concurrency.Executors;

namespace Concurrency.Testing.Capture;

/// <summary>What the items in the queues of the pool are.</summary>
internal static class PoolItems
{
    private static readonly string[] s_plumbing =
    [
        "System.Threading.TimerQueue",
        "System.Threading.CompleteWaitThreadPoolWorkItem",
        "System.Net.Sockets.SocketAsyncEngine",
    ];

    private static readonly string[] s_runners = ["xunit.", "testhost", "Microsoft.TestPlatform", "Microsoft.VisualStudio.TestPlatform", "Microsoft.Testing.Platform"];

    /// <summary>Whether items of a type come from real timers and real I/O, or from the program that runs the tests.</summary>
    public static bool IsForeign(Type type) => IsPlumbing(type) || OfRunner(type) || Array.Exists(type.GenericTypeArguments, OfRunner);

    /// <summary>Whether items of a type come from real timers and real I/O.</summary>
    public static bool IsPlumbing(Type type) => Array.IndexOf(s_plumbing, type.FullName) >= 0;

    /// <summary>The method that an item runs, or its type.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that is missing costs a good name in a report.")]
    public static string NameOf(object item)
    {
        var type = item.GetType();
        if (type.GenericTypeArguments is [.., { } machine] && typeof(IAsyncStateMachine).IsAssignableFrom(machine) && item is Task)
        {
            return WorkDescription.NameOf((Task)item);
        }

        var field = item is Task
            ? typeof(Task).GetField("m_action", BindingFlags.NonPublic | BindingFlags.Instance)
            : type.GetField("_callback", BindingFlags.NonPublic | BindingFlags.Instance);
        return field?.GetValue(item) is Delegate callback ? WorkDescription.MethodOf(callback) : type.Name.Split('`')[0];
    }

    private static bool OfRunner(Type type) =>
        type.Assembly.GetName().Name is { } name && Array.Exists(s_runners, runner => name.StartsWith(runner, StringComparison.OrdinalIgnoreCase));
}
