using System.Diagnostics;
using System.Text;
using Concurrency.Execution;

namespace Concurrency.Executors;

/// <summary>The stack of a blocking wait, cut down to what its reader can change.</summary>
internal sealed class BlockingStack
{
    /// <summary>What kind of wait it is.</summary>
    public required BlockingWaitKind Kind { get; init; }

    /// <summary>The .NET member that blocks.</summary>
    public required string Operation { get; init; }

    /// <summary>The innermost frame of the user; the framework's own if the user has none in this turn.</summary>
    public required string CallSite { get; init; }

    /// <summary>The user's frames, innermost first.</summary>
    public required string Text { get; init; }

    /// <summary>Whether this is the framework's own short wait for a lock.</summary>
    public required bool IsInternal { get; init; }

    /// <summary>Describes the wait that the calling thread is in.</summary>
    /// <param name="told">The type that .NET has told of the wait, if it is not that of real executors.</param>
    public static BlockingStack Capture(Type? told = null)
    {
        var teller = (told ?? typeof(BlockingWatch)).FullName;
        var frames = new StackTrace(fNeedFileInfo: true).GetFrames().Select(Frame.Of)
            .SkipWhile(frame => frame.Type != teller)
            .SkipWhile(frame => frame.Type == teller)
            .ToArray();
        var wait = frames.TakeWhile(frame => frame.Origin == CodeOrigin.DotNet).ToArray();
        var turn = frames[wait.Length..].TakeWhile(frame => !frame.BeginsTurn).ToArray();
        var ofUser = turn.SkipWhile(frame => frame.Origin != CodeOrigin.User)
            .Where(frame => frame.Origin != CodeOrigin.Framework && !frame.IsPlumbing)
            .ToArray();
        var shown = ofUser.Length > 0 ? ofUser : [.. turn.Where(frame => !frame.IsPlumbing)];
        var kind = KindOf(wait);
        return new BlockingStack
        {
            Kind = kind,
            Operation = wait.Length == 0 ? "A wait" : OperationOf(kind, wait[^1]),
            CallSite = shown.Length == 0 ? "an unknown place" : shown[0].ToString(),
            Text = Join(shown),
            IsInternal = kind == BlockingWaitKind.Lock && turn is [{ Origin: CodeOrigin.Framework }, ..],
        };
    }

    private static BlockingWaitKind KindOf(Frame[] wait)
    {
        // .NET takes locks of its own in members that block and in members that do not (Task.Exception, SemaphoreSlim.Release):
        // what it waits for in the end decides, not what was called.
        var kinds = wait.Select(frame => frame.WaitKind).Where(kind => kind is not null).ToArray();
        return kinds switch
        {
            [] => BlockingWaitKind.Other,
            [BlockingWaitKind.Lock, ..] => BlockingWaitKind.Lock,
            _ => kinds[^1]!.Value,
        };
    }

    private static string OperationOf(BlockingWaitKind kind, Frame entry)
    {
        // The compiler may have merged what was called into its caller: then the frame shows what .NET calls in turn.
        return kind switch
        {
            BlockingWaitKind.Task when entry.Method.Contains("Result", StringComparison.Ordinal) => "Task.Result",
            BlockingWaitKind.WaitHandle when entry.Method.StartsWith("WaitOne", StringComparison.Ordinal) => "WaitHandle.WaitOne",
            _ => CodeNames.Readable(entry.Type[(entry.Type.LastIndexOf('.') + 1)..], entry.Method),
        };
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

    private sealed record Frame(CodeOrigin Origin, string Type, string Method, string? Place)
    {
        /// <summary>Whether it is where an executor calls what it was given.</summary>
        public bool BeginsTurn => Origin == CodeOrigin.Framework
            && (Type == typeof(ExecutorWork).FullName || Type == typeof(EventLoop).FullName || Type == typeof(PoolWorker).FullName);

        /// <summary>Whether it belongs to what .NET puts between an async method and its executor.</summary>
        public bool IsPlumbing => Origin == CodeOrigin.DotNet && (Type.StartsWith("System.Runtime.CompilerServices.", StringComparison.Ordinal)
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
                method is null ? CodeOrigin.DotNet : CodeNames.OriginOf(method.DeclaringAssemblyName),
                method?.DeclaringTypeName ?? "",
                method?.Name ?? frame.ToString().Trim(),
                file is null ? null : $"{file}:line {frame.GetFileLineNumber()}");
        }

        public override string ToString() =>
            Place is null ? CodeNames.Readable(Type, Method) : $"{CodeNames.Readable(Type, Method)} in {Place}";
    }
}
