using Concurrency.Executors;

namespace Concurrency.Inspection;

/// <summary>Turns the tracking of tasks on and off for one client, and off when that leaves: nobody else would.</summary>
/// <remarks>Used by the thread of the client only.</remarks>
internal sealed class TrackingSwitch(SnapshotListener listener) : IDisposable
{
    private IDisposable? _tracking;

    public string Turn(bool on)
    {
        if (!listener.Options.AllowsTracking)
        {
            return "error: This program does not let clients track tasks. Set SnapshotServerOptions.AllowsTracking, or call TaskTracking.Enable.";
        }

        if (!on)
        {
            Dispose();
            return "Tasks are not tracked for this client any more.";
        }

        if (_tracking is null)
        {
            _tracking = TaskTracking.Enable(recordStacks: true);
            SnapshotServerLog.StacksTurned(listener.Options.Log, listener.Place, "on");
        }

        return "Tasks that start from now on are tracked, with the stack that started them, until this client says 'stacks off' or disconnects.";
    }

    public void Dispose()
    {
        if (_tracking is { } tracking)
        {
            _tracking = null;
            tracking.Dispose();
            SnapshotServerLog.StacksTurned(listener.Options.Log, listener.Place, "off");
        }
    }
}
