namespace Concurrency.Sources.Signals;

/// <summary>Options of a <see cref="SignalSource"/>.</summary>
/// <remarks>
/// The capacity bounds the events that wait to be read. Signals that find the channel full are counted per number and
/// published as it frees: memory stays bounded by the number of signals, and none is lost.
/// </remarks>
public sealed record SignalSourceOptions : SourceOptions;
