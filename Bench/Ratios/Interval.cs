namespace Concurrency.Bench.Ratios;

/// <summary>The range that holds the true median with a stated probability.</summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>How far the farther end lies from 1: 0.15 means that equal sides could be taken for 15 % apart.</summary>
    public double DistanceFromOne => Math.Max(Math.Abs(High - 1), Math.Abs(1 - Low));
}
