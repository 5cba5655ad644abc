using Concurrency.Testing.Choices;

namespace Concurrency.Testing.Strategies;

/// <summary>A choice that was not the plain one.</summary>
/// <param name="Kind">What was chosen.</param>
/// <param name="Actor">The actor that had gone last, or that asked for a value.</param>
/// <param name="Ordinal">After how many of its steps, or its how many-th value.</param>
/// <param name="Target">The actor that went instead, or the value.</param>
/// <param name="Nth">Which of that actor's ready turns.</param>
internal readonly record struct Deviation(ChoiceKind Kind, int Actor, int Ordinal, int Target, int Nth);
