using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>P/Invoke only in an assembly's Interop folder, and only with source-generated marshalling.</summary>
internal static class InteropRule
{
    public static IEnumerable<Violation> Check(IEnumerable<TextFile> library) =>
        from file in library
        from attribute in file.Nodes<AttributeSyntax>()
        let name = attribute.Name.ToString().Split('.')[^1].Replace("Attribute", "", StringComparison.Ordinal)
        let message = Judge(file, name)
        where message is not null
        select file.At(attribute, message);

    private static string? Judge(TextFile file, string attribute) => attribute switch
    {
        "DllImport" => "DllImport makes marshalling code at run time. Use LibraryImport.",
        "LibraryImport" when file.Path.Split('/') is not ["Framework", _, "Interop", ..] =>
            "P/Invoke outside the assembly's Interop folder. Move the declaration there.",
        _ => null,
    };
}
