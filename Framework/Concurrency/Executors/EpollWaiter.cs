namespace Concurrency.Executors;

/// <summary>Sleeps in the kernel's epoll on the wake-up and on the watched descriptors.</summary>
internal sealed class EpollWaiter(DescriptorSet descriptors) : LoopWaiter
{
    public override bool IsWatching => descriptors.Count != 0;

    public override void Wait(int milliseconds) => descriptors.Poll(milliseconds);

    public override void Wake() => descriptors.Wake();

    public override void Dispose() => descriptors.Dispose();
}
