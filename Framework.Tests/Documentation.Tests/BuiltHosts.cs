using System.Diagnostics;
using Microsoft.Extensions.Hosting;

namespace Documentation.Tests;

/// <summary>Finds the host that a program builds, as the test servers of ASP.NET Core do, so that a test can stop it.</summary>
internal sealed class BuiltHosts : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly List<IDisposable> _subscriptions = [];
    private volatile IHost? _last;

    public BuiltHosts() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    public IHost Last => _last ?? throw new InvalidOperationException("No host was built yet.");

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.Extensions.Hosting")
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value is { Key: "HostBuilt", Value: IHost host })
        {
            _last = host;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(static subscription => subscription.Dispose());
}
