using Concurrency.Diagnostics;

namespace Concurrency.Tests.Diagnostics;

/// <summary>A live object that says what a test wants, for as long as it is not disposed.</summary>
internal sealed class LiveFake : ILiveObject, IDisposable
{
    private readonly Action<LiveDetails> _describe;

    public LiveFake(string kind, string name, ILiveObject? parent = null, Action<LiveDetails>? describe = null)
    {
        Kind = kind;
        Name = name;
        Parent = parent;
        _describe = describe ?? (static _ => { });
        LiveObjects.Add(this);
    }

    public string Kind { get; }

    public string Name { get; }

    public ILiveObject? Parent { get; set; }

    public void Describe(LiveDetails details) => _describe(details);

    public void Dispose() => LiveObjects.Remove(this);
}
