namespace Concurrency.Testing.Choices;

/// <summary>One decision of a schedule.</summary>
/// <param name="Kind">What was decided.</param>
/// <param name="Chosen">From 0 to below <paramref name="Of"/>.</param>
/// <param name="Of">How many there were to choose from, from 2.</param>
public readonly record struct Choice(ChoiceKind Kind, int Chosen, int Of);
