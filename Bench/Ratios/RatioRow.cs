namespace Concurrency.Bench.Ratios;

/// <summary>One comparison; made anew in a process of its own for each launch.</summary>
internal abstract class RatioRow : IAsyncDisposable
{
    public abstract RowFacts Facts { get; }

    /// <summary>Whether the samples are still thrown away.</summary>
    public bool Warming { get; set; } = true;

    /// <summary>The length of a sample of this row, for a row that needs longer ones than most.</summary>
    public virtual TimeSpan LengthFor(TimeSpan standard) => standard;

    /// <summary>The pairs per launch of this row, for a row whose samples are few and long.</summary>
    public virtual int PairsFor(int standard) => standard;

    /// <summary>Processor time of the row's helper processes so far: it is not the work of others.</summary>
    public virtual TimeSpan HelperTime => TimeSpan.Zero;

    /// <summary>Prepares both sides. Until then a row is only its facts: constructors are cheap.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Measures one side for about the given time.</summary>
    /// <returns>The figure in the row's unit.</returns>
    public abstract Task<double> SampleAsync(Side side, TimeSpan length);

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>Takes both sides down; called once after <see cref="StartAsync"/>.</summary>
    protected virtual ValueTask StopAsync() => default;
}
