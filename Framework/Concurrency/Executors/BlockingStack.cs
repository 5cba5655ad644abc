using System.Diagnostics;
using System.Text;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The stack of a blocking wait, cut down to what its reader can change.</summary>
internal sealed class BlockingStack
{
    private static readonly string s_own = typeof(Executor).Assembly.GetName().Name!;

    /// <summary>What kind of wait it is.</summary>
    public required BlockingWaitKind Kind { get; init; }

    /// <summary>The .NET member that blocks.</summary>
    public required string Operation { get; init; }

    /// <summary>The innermost frame of the user.</summary>
    public required string CallSite { get; init; }

    /// <summary>The user's frames, innermost first.</summary>
    public required string Text { get; init; }

    /// <summary>Whether this is the framework's own short wait for a lock.</summary>
    public required bool IsInternal { get; init; }

    /// <summary>Describes the wait that the calling thread is in.</summary>
    public static BlockingStack Capture()
    {
        var frames = new StackTrace(fNeedFileInfo: true).GetFrames().Select(Frame.Of).ToArray();
        var first = Array.FindIndex(frames, frame => frame.Assembly == s_own && frame.Type == typeof(BlockingWatch).FullName);
        var next = Math.Max(0, Array.FindIndex(frames, Math.Max(0, first), frame => !frame.IsOfDotNet && frame.Type != typeof(BlockingWatch).FullName));
        var wait = frames[..next];
        var kind = wait.Select(frame => frame.WaitKind).LastOrDefault(kind => kind is not null) ?? BlockingWaitKind.Other;
        var user = frames[next..].SkipWhile(frame => frame.Assembly == s_own || frame.IsOfDotNet).ToArray();
        var turn = user.TakeWhile(frame => frame.Assembly != s_own).Where(frame => !frame.IsPlumbing).ToArray();
        return new BlockingStack
        {
            Kind = kind,
            Operation = wait.Length == 0 ? "A wait" : OperationOf(kind, wait[^1]),
            CallSite = turn.Length == 0 ? "an unknown place" : turn[0].ToString(),
            Text = Join(turn),
            IsInternal = kind == BlockingWaitKind.Lock && frames[next].Assembly == s_own,
        };
    }

    private static string OperationOf(BlockingWaitKind kind, Frame entry)
    {
        if (kind == BlockingWaitKind.Task && entry.Method.Contains("Result", StringComparison.Ordinal))
        {
            return "Task.Result";
        }

        var type = entry.Type[(entry.Type.LastIndexOf('.') + 1)..];
        var generic = type.IndexOf('`', StringComparison.Ordinal);
        return $"{(generic < 0 ? type : type[..generic])}.{entry.Method}";
    }

    private static string Join(Frame[] frames)
    {
        var text = new StringBuilder();
        foreach (var frame in frames)
        {
            text.Append(text.Length == 0 ? "" : "\n").Append("   at ").Append(frame);
        }

        return text.ToString();
    }

    private sealed record Frame(string Assembly, string Type, string Method, string? Place)
    {
        public bool IsOfDotNet => Assembly.StartsWith("System.", StringComparison.Ordinal) || Assembly is "System" or "mscorlib" or "netstandard";

        /// <summary>Whether it belongs to what .NET puts between an async method and its executor.</summary>
        public bool IsPlumbing => IsOfDotNet && (Type.StartsWith("System.Runtime.CompilerServices.", StringComparison.Ordinal)
            || Type.StartsWith("System.Threading.", StringComparison.Ordinal));

        public BlockingWaitKind? WaitKind => Type switch
        {
            "System.Threading.Lock" => BlockingWaitKind.Lock,
            "System.Threading.Monitor" => Method.Contains("Enter", StringComparison.Ordinal) ? BlockingWaitKind.Lock : BlockingWaitKind.Monitor,
            "System.Threading.SemaphoreSlim" => BlockingWaitKind.Semaphore,
            "System.Threading.ManualResetEventSlim" or "System.Threading.CountdownEvent" or "System.Threading.Barrier" => BlockingWaitKind.Event,
            "System.Threading.Thread" => BlockingWaitKind.ThreadJoin,
            "System.Threading.WaitHandle" => BlockingWaitKind.WaitHandle,
            _ when Type.StartsWith("System.Threading.Tasks.", StringComparison.Ordinal) => BlockingWaitKind.Task,
            _ when Type.StartsWith("System.Runtime.CompilerServices.", StringComparison.Ordinal)
                && Type.Contains("Awaiter", StringComparison.Ordinal) => BlockingWaitKind.Task,
            _ => null,
        };

        public static Frame Of(StackFrame frame)
        {
            var method = DiagnosticMethodInfo.Create(frame);
            var file = frame.GetFileName();
            return new Frame(
                method is null ? "" : AssemblyOf(method.DeclaringAssemblyName),
                method?.DeclaringTypeName ?? "",
                method?.Name ?? frame.ToString().Trim(),
                file is null ? null : $"{file}:line {frame.GetFileLineNumber()}");
        }

        public override string ToString() =>
            Place is null ? WorkDescription.Readable(Type, Method) : $"{WorkDescription.Readable(Type, Method)} in {Place}";

        private static string AssemblyOf(string fullName)
        {
            var comma = fullName.IndexOf(',', StringComparison.Ordinal);
            return comma < 0 ? fullName : fullName[..comma];
        }
    }
}
