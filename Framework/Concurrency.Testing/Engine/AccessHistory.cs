using Concurrency.Testing.Schedules;

namespace Concurrency.Testing.Engine;

/// <summary>The accesses to one shared value that could race with the next one: the last write, and the reads since.</summary>
internal sealed class AccessHistory
{
    private readonly World _world;
    private readonly HappensBefore _order;
    private readonly List<Access> _reads = [];
    private Access? _write;

    public AccessHistory(World world, string name)
    {
        _world = world;
        _order = world.Order;
        Name = name;
        world.Name(this, name);
    }

    public string Name { get; }

    public void Read(string file, int line)
    {
        var access = AccessOf("reads", file, line);
        Compare(access, _write);
        _reads.RemoveAll(read => ReferenceEquals(read.Actor, access.Actor));
        _reads.Add(access);
    }

    public void Write(string file, int line)
    {
        var access = AccessOf("writes", file, line);
        Compare(access, _write);
        foreach (var read in _reads)
        {
            Compare(access, read);
        }

        _reads.Clear();
        _write = access;
    }

    private Access AccessOf(string verb, string file, int line) => new(_world.Current, _order.Now(_world.Current), verb, file, line);

    private void Compare(Access now, Access? before)
    {
        if (before is null || ReferenceEquals(now.Actor, before.Actor) || _order.IsBefore(before.Actor, before.Moment, now.Actor)
            || (before.Actor is { } actor && World.HasEnded(actor)))
        {
            return;
        }

        _world.OnRace(Descriptions.DataRace(_world, Name, now.ToString(), before.ToString()));
    }

    private sealed record Access(Actor? Actor, int Moment, string Verb, string File, int Line)
    {
        public override string ToString() => $"'{(Actor is null ? "a timer" : Descriptions.NameOf(Actor))}' {Verb} it at {File}:{Line}";
    }
}
