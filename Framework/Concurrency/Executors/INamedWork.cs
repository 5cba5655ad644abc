namespace Concurrency.Executors;

/// <summary>The target of a delegate that has a name for reports.</summary>
internal interface INamedWork
{
    string Name { get; }
}
