using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Repository.Tests.Scanning;

namespace Repository.Tests.Rules;

/// <summary>Writes what an assembly offers to others: public types with their public and protected members, one per line.</summary>
internal static class PublicApi
{
    private const SymbolDisplayGenericsOptions Generics =
        SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeVariance;

    private const SymbolDisplayMiscellaneousOptions Spelling = SymbolDisplayMiscellaneousOptions.UseSpecialTypes
        | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers
        | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
        | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral;

    private static readonly SymbolDisplayFormat s_name = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: Generics,
        miscellaneousOptions: Spelling);

    private static readonly SymbolDisplayFormat s_member = Signature(SymbolDisplayKindOptions.None);

    private static readonly SymbolDisplayFormat s_type = Signature(SymbolDisplayKindOptions.IncludeTypeKeyword);

    private static readonly SymbolDisplayFormat s_bareType = s_type.WithGenericsOptions(Generics);

    public static string PathFor(string assembly) => $"Framework/{assembly}/PublicAPI.txt";

    /// <summary>The surface of a compiled assembly; the same text on every machine.</summary>
    public static string Of(string assemblyPath)
    {
        var reference = MetadataReference.CreateFromFile(assemblyPath);
        var compilation = CSharpCompilation.Create(
            "surface", references: [reference, .. LibraryCompilation.References(Path.GetFileNameWithoutExtension(assemblyPath))]);
        return Of((IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(reference)!);
    }

    public static string Of(IAssemblySymbol assembly)
    {
        var text = new StringBuilder();
        foreach (var type in Types(assembly.GlobalNamespace).OrderBy(type => type.ToDisplayString(), StringComparer.Ordinal))
        {
            text.Append(text.Length > 0 ? "\n" : "").Append(DescribeType(type)).Append('\n');
            foreach (var line in MembersOf(type))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>What to read when the surface changed: the lines that went and came, each under its type.</summary>
    public static string Difference(string expected, string actual)
    {
        var before = Qualified(expected);
        var after = Qualified(actual);
        return string.Join('\n',
            before.Except(after, StringComparer.Ordinal).Select(line => "- " + line)
                .Concat(after.Except(before, StringComparer.Ordinal).Select(line => "+ " + line)));
    }

    private static SymbolDisplayFormat Signature(SymbolDisplayKindOptions kind) => new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: Generics | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeModifiers
            | SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeConstantValue,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        parameterOptions: SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeType
            | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeDefaultValue
            | SymbolDisplayParameterOptions.IncludeExtensionThis,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: kind,
        miscellaneousOptions: Spelling);

    private static List<string> Qualified(string surface)
    {
        var type = "";
        var lines = new List<string>();
        foreach (var line in surface.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line.StartsWith(' ') ? type : line;
            lines.Add(line.StartsWith(' ') ? $"{type} :: {line.Trim()}" : line);
        }

        return lines;
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container) => container.GetMembers()
        .OfType<INamespaceOrTypeSymbol>()
        .SelectMany(member => member is INamedTypeSymbol type && IsOffered(type) ? Types(type).Prepend(type)
            : member is INamespaceSymbol space ? Types(space) : []);

    private static string DescribeType(INamedTypeSymbol type)
    {
        var bases = new[] { type.BaseType }
            .Where(parent => parent is { SpecialType: SpecialType.None } && type.TypeKind == TypeKind.Class)
            .Concat(type.Interfaces.Where(contract => contract.DeclaredAccessibility == Accessibility.Public)
                .OrderBy(contract => contract.ToDisplayString(s_name), StringComparer.Ordinal))
            .Select(parent => parent!.ToDisplayString(s_name));
        var inherits = type.TypeKind is TypeKind.Enum or TypeKind.Delegate ? "" : string.Join(", ", bases);
        var bare = type.ToDisplayString(s_bareType);
        var constraints = type.TypeKind == TypeKind.Delegate ? "" : type.ToDisplayString(s_type)[bare.Length..];
        return $"{type.ContainingNamespace.ToDisplayString()}: {ModifiersOf(type)}{bare}{(inherits.Length > 0 ? " : " : "")}{inherits}{constraints}";
    }

    private static string ModifiersOf(INamedTypeSymbol type) => string.Concat(
        type.DeclaredAccessibility == Accessibility.Public ? "public " : "protected ",
        type.TypeKind != TypeKind.Class ? "" : type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "");

    private static IEnumerable<string> MembersOf(INamedTypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Delegate)
        {
            return [];
        }

        var members = type.GetMembers().Where(member => member is not INamedTypeSymbol && IsOffered(member) && !IsAccessor(member));
        return type.TypeKind == TypeKind.Enum
            ? members.OfType<IFieldSymbol>().Where(field => field.HasConstantValue).Select(field => $"{field.Name} = {field.ConstantValue}")
            : members.Select(member => member.ToDisplayString(s_member)).Distinct().Order(StringComparer.Ordinal);
    }

    private static bool IsOffered(ISymbol symbol) =>
        symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
        && !symbol.IsImplicitlyDeclared
        && symbol is not IMethodSymbol { MethodKind: MethodKind.StaticConstructor }
        && !symbol.Name.Contains('<', StringComparison.Ordinal)
        && !symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "CompilerGeneratedAttribute");

    private static bool IsAccessor(ISymbol member) => member is IMethodSymbol
    {
        MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove,
    };
}
