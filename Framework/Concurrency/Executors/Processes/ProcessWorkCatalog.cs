using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Concurrency.Executors.Processes;

/// <summary>The work that parent and worker both know; the same catalogue is passed to <see cref="ProcessWorker"/> and to <see cref="ProcessExecutor"/>.</summary>
/// <remarks>It never changes, and is safe to use from any thread.</remarks>
public sealed class ProcessWorkCatalog
{
    private const int Most = 1000;
    private readonly FrozenDictionary<string, ProcessWork> _work;

    /// <summary>Makes a catalogue.</summary>
    /// <param name="work">1 to 1000, with different names. Static fields are initialised from top to bottom: declare the catalogue below its work.</param>
    /// <exception cref="ArgumentException">There is none or too much of it, an entry is null, or two have one name.</exception>
    public ProcessWorkCatalog(params IReadOnlyCollection<ProcessWork> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (work.Count is 0 or > Most)
        {
            throw new ArgumentException($"A catalogue of {work.Count} pieces of work was asked for. Give it 1 to {Most}.", nameof(work));
        }

        var named = new Dictionary<string, ProcessWork>(StringComparer.Ordinal);
        foreach (var item in work)
        {
            if (item is null)
            {
                throw new ArgumentException(
                    $"Entry {named.Count} of the catalogue is null. Declare a static catalogue below the fields of its work: they are initialised from top to bottom.",
                    nameof(work));
            }

            if (!named.TryAdd(item.Name, item))
            {
                throw new ArgumentException($"The name '{item.Name}' is in the catalogue twice. Requests find work by its name: give each its own.", nameof(work));
            }
        }

        _work = named.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The names of the work, in no order.</summary>
    public IReadOnlyCollection<string> Names => _work.Keys;

    internal bool TryFind(string name, [MaybeNullWhen(false)] out ProcessWork work) => _work.TryGetValue(name, out work);

    internal bool Holds(ProcessWork work) => TryFind(work.Name, out var own) && ReferenceEquals(own, work);
}
