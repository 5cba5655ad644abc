using System.Diagnostics;
using System.Text;

namespace Concurrency.Executors;

/// <summary>The stack of the code that starts a task, without the framework's own frames at its top.</summary>
internal static class CreationStack
{
    public static string Capture()
    {
        var text = new StringBuilder();
        var isAtTop = true;
        foreach (var frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            var method = DiagnosticMethodInfo.Create(frame);
            isAtTop = isAtTop && (method is null || CodeNames.OriginOf(method.DeclaringAssemblyName) == CodeOrigin.Framework);
            if (isAtTop || method is null)
            {
                continue;
            }

            text.Append(text.Length == 0 ? "" : "\n").Append("   at ").Append(CodeNames.Readable(method.DeclaringTypeName, method.Name));
            if (frame.GetFileName() is { } file)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" in {file}:line {frame.GetFileLineNumber()}");
            }
        }

        return text.Length == 0 ? "   at an unknown place" : text.ToString();
    }
}
