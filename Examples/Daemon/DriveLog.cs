using System.Collections.Concurrent;

namespace Concurrency.Examples.Daemon;

/// <summary>What the drivers sent, what came back, and what was wrong.</summary>
internal sealed class DriveLog
{
    private long _requests;
    private long _answers;
    private long _datagrams;
    private long _replies;
    private long _usersFiles;
    private long _malformed;

    public long Requests => Volatile.Read(ref _requests);

    public long Answers => Volatile.Read(ref _answers);

    public long Datagrams => Volatile.Read(ref _datagrams);

    public long Replies => Volatile.Read(ref _replies);

    /// <summary>How often the users file was written.</summary>
    public long UsersFiles => Volatile.Read(ref _usersFiles);

    /// <summary>How many of the users files were malformed on purpose.</summary>
    public long Malformed => Volatile.Read(ref _malformed);

    public ConcurrentQueue<string> Problems { get; } = new();

    public void Requested() => Interlocked.Increment(ref _requests);

    public void Answered() => Interlocked.Increment(ref _answers);

    public void Sent() => Interlocked.Increment(ref _datagrams);

    public void Replied() => Interlocked.Increment(ref _replies);

    public void Wrote() => Interlocked.Increment(ref _usersFiles);

    public void WroteMalformed()
    {
        Wrote();
        Interlocked.Increment(ref _malformed);
    }

    public void Problem(string text) => Problems.Enqueue(text);

    /// <summary>Waits until the daemon has done what it was asked to.</summary>
    public async Task ExpectAsync(string what, Func<bool> done)
    {
        var limit = TimeSpan.FromSeconds(10);
        var start = TimeProvider.System.GetTimestamp();
        while (!done())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
            {
                Problem($"{what} did not happen within {limit.TotalSeconds:0} s.");
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
    }
}
