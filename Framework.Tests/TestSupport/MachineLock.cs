namespace Concurrency.TestSupport;

/// <summary>Lets one test class at a time on this machine send signals, make storms or race for every core.</summary>
/// <remarks>A class fixture: test assemblies run side by side, so an in-process lock would not do.</remarks>
public sealed class MachineLock : IDisposable
{
    private readonly FileStream _file;

    public MachineLock()
    {
        var path = Path.Combine(Path.GetTempPath(), "concurrency-tests.lock");
        var deadline = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return;
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromMinutes(15))
            {
                // Another test process holds the lock; the file system offers no wait for it.
                Thread.Sleep(50);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
