using Concurrency.Execution;
using Concurrency.Executors;
using Microsoft.Extensions.Logging;

namespace Concurrency.Inspection;

/// <summary>Turns the tracking of tasks on and off for the clients of one server.</summary>
internal sealed class TrackingSwitch(bool isAllowed, ILogger logger) : IDisposable
{
    private readonly QuietLock _gate = new();
    private IDisposable? _tracking;
    private bool _isOver;

    public string Turn(bool on)
    {
        if (!isAllowed)
        {
            return "error: This program does not let clients track tasks. Set SnapshotServerOptions.AllowsTracking, or call TaskTracking.Enable.";
        }

        using (_gate.EnterScope())
        {
            if (on && !_isOver)
            {
                _tracking ??= TaskTracking.Enable(recordStacks: true);
            }
            else
            {
                _tracking?.Dispose();
                _tracking = null;
            }
        }

        SnapshotServerLog.StacksTurned(logger, "the snapshot server", on ? "on" : "off");
        return on
            ? "Tasks that start from now on are tracked, with the stack that started them."
            : "Tasks are not tracked for this server any more.";
    }

    public void Dispose()
    {
        using (_gate.EnterScope())
        {
            _isOver = true;
            _tracking?.Dispose();
            _tracking = null;
        }
    }
}
