using System.Globalization;
using Concurrency.Patterns;
using Microsoft.Extensions.Configuration;

namespace Concurrency.Services.Components;

/// <summary>Reads <c>Components:&lt;name&gt;</c> of the configuration over what code has set.</summary>
/// <remarks>Written out key by key instead of bound by reflection, so that trimming keeps working and each error names its key.</remarks>
internal static class ComponentSettings
{
    public const string Section = "Components";

    private static readonly string[] s_keys = ["Executor", "Concurrency", "Capacity", "OnError"];

    public static void Apply<T>(IConfiguration configuration, string component, HostedComponentOptions<T> options)
    {
        var section = configuration.GetSection(Section).GetSection(component);
        if (section.Value is { } plain)
        {
            throw Bad(section, $"is '{plain}' and not a section", $"keys below it, one of {string.Join(", ", s_keys)}");
        }

        foreach (var setting in section.GetChildren())
        {
            var value = setting.Value ?? throw Bad(setting, "is not a plain value", $"one value for {setting.Key}");
            switch (setting.Key.ToUpperInvariant())
            {
                case "EXECUTOR":
                    options.Executor = value;
                    break;
                case "CONCURRENCY":
                    options.Concurrency = Positive(setting, value);
                    break;
                case "CAPACITY":
                    options.Capacity = Positive(setting, value);
                    break;
                case "ONERROR":
                    options.OnError = Policy(setting, value);
                    break;
                default:
                    throw Bad(setting, "is not a setting of a component", $"one of {string.Join(", ", s_keys)}");
            }
        }
    }

    /// <summary>Refuses settings for components that do not exist: a misspelt name would be ignored in silence otherwise.</summary>
    public static void RefuseUnknown(IConfiguration configuration, IReadOnlyCollection<string> known)
    {
        foreach (var section in configuration.GetSection(Section).GetChildren())
        {
            if (!known.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw Bad(section, "names no component", $"one of {string.Join(", ", known)}");
            }
        }
    }

    /// <remarks>By name only: the parser of enumerations reads numbers and lists, too.</remarks>
    private static ComponentErrorPolicy Policy(IConfigurationSection setting, string value) =>
        Enum.GetNames<ComponentErrorPolicy>().Contains(value, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<ComponentErrorPolicy>(value, ignoreCase: true)
            : throw Bad(setting, $"is '{value}'", "Stop, Isolate or Restart");

    private static int Positive(IConfigurationSection setting, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1
            ? number
            : throw Bad(setting, $"is '{value}'", "a whole number of 1 or more");

    private static InvalidOperationException Bad(IConfigurationSection setting, string what, string allowed) =>
        new($"The configuration value '{setting.Path}' {what}. Allowed: {allowed}.");
}
