using System.Globalization;

namespace Concurrency.Diagnostics;

/// <summary>Collects what one live object tells about itself.</summary>
internal sealed class LiveDetails
{
    private readonly List<KeyValuePair<string, string>> _values = [];
    private readonly List<(string Kind, string Name, LiveDetails Details)> _parts = [];

    /// <summary>The values in the order in which they were added.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Values => _values;

    /// <summary>Parts that are not registered on their own, such as the children of a scope.</summary>
    public IReadOnlyList<(string Kind, string Name, LiveDetails Details)> Parts => _parts;

    /// <summary>Adds a value under a short lower-case key.</summary>
    public void Add(string key, string value) => _values.Add(new KeyValuePair<string, string>(key, value));

    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string key, long value) => Add(key, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a part and returns what collects its values.</summary>
    public LiveDetails AddPart(string kind, string name)
    {
        var details = new LiveDetails();
        _parts.Add((kind, name, details));
        return details;
    }
}
