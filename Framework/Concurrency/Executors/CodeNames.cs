using System.Text;

namespace Concurrency.Executors;

/// <summary>Reads what the compiler and the assemblies call a method.</summary>
internal static class CodeNames
{
    private const string Lambda = " (lambda)";

    private static readonly string[] s_framework = ["Concurrency", "Concurrency.Sources", "Concurrency.Http", "Concurrency.Services", "Concurrency.Testing", "Concurrency.Testing.Xunit"];

    private static readonly string[] s_dotNet = ["System.", "Microsoft.Extensions.", "Microsoft.AspNetCore."];

    /// <summary>Who wrote the code of an assembly.</summary>
    /// <param name="assembly">Its simple or its full name.</param>
    public static CodeOrigin OriginOf(string assembly)
    {
        var comma = assembly.IndexOf(',', StringComparison.Ordinal);
        var name = comma < 0 ? assembly : assembly[..comma];
        if (s_framework.Contains(name))
        {
            return CodeOrigin.Framework;
        }

        return name is "System" or "mscorlib" or "netstandard" || s_dotNet.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))
            ? CodeOrigin.DotNet
            : CodeOrigin.User;
    }

    /// <summary>Turns compiler-made names into those of the source: <c>Ns.Type+&lt;Handle&gt;d__3</c> and <c>MoveNext</c> into <c>Ns.Type.Handle</c>.</summary>
    /// <param name="typeName">The full name of the declaring type, nested types after a plus.</param>
    /// <param name="methodName">The name of the method.</param>
    public static string Readable(string? typeName, string methodName)
    {
        var text = new StringBuilder();
        var method = methodName;
        foreach (var part in WithoutArguments(typeName ?? "").Split('+'))
        {
            if (!part.StartsWith('<'))
            {
                text.Append(text.Length == 0 ? "" : ".").Append(WithoutArity(part));
            }
            else if (methodName == "MoveNext" && Written(part) is { Length: > 0 } machine)
            {
                method = machine;
            }
        }

        return text.Append(text.Length == 0 ? "" : ".").Append(WithoutArity(Written(method))).ToString();
    }

    /// <summary>What stands in the source for one compiler-made name; empty for what has no name there.</summary>
    private static string Written(string name)
    {
        var close = name.StartsWith('<') ? ClosingOf(name) : -1;
        if (close < 0)
        {
            return name;
        }

        var outer = Written(name[1..close]);
        var rest = name[(close + 1)..];
        if (rest.StartsWith("g__", StringComparison.Ordinal))
        {
            var end = rest.IndexOf('|', StringComparison.Ordinal);
            return $"{outer}.{(end < 0 ? rest[3..] : rest[3..end])}";
        }

        return rest.StartsWith("b__", StringComparison.Ordinal) && !outer.EndsWith(Lambda, StringComparison.Ordinal) ? outer + Lambda : outer;
    }

    private static int ClosingOf(string name)
    {
        var depth = 0;
        for (var index = 0; index < name.Length; index++)
        {
            depth += name[index] switch { '<' => 1, '>' => -1, _ => 0 };
            if (depth == 0)
            {
                return index;
            }
        }

        return -1;
    }

    private static string WithoutArguments(string typeName)
    {
        var arguments = typeName.IndexOf('[', StringComparison.Ordinal);
        return arguments < 0 ? typeName : typeName[..arguments];
    }

    private static string WithoutArity(string name)
    {
        var arity = name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? name : name[..arity];
    }
}
