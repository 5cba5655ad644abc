using System.Diagnostics;
using Concurrency.Executors;

namespace Concurrency.Testing.Engine;

/// <summary>The place in the user's code from which an operation was called.</summary>
internal sealed record CodePlace(string? File, int Line, string? Method)
{
    public static CodePlace? OfCaller()
    {
        foreach (var frame in new StackTrace(1, fNeedFileInfo: true).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is { } method && CodeNames.OriginOf(method.DeclaringAssemblyName) == CodeOrigin.User)
            {
                var name = CodeNames.Readable(method.DeclaringTypeName, method.Name);
                return new CodePlace(frame.GetFileName(), frame.GetFileLineNumber(), name);
            }
        }

        return null;
    }
}
