namespace Concurrency.Testing.Choices;

/// <summary>What was chosen.</summary>
public enum ChoiceKind
{
    /// <summary>Which of the ready turns goes next.</summary>
    Schedule,

    /// <summary>A number that the test asked for.</summary>
    Value,

    /// <summary>Whether something that may happen does.</summary>
    Maybe,

    /// <summary>Which fault a simulated source makes, and how large it is.</summary>
    Fault,

    /// <summary>Which of several ready cases a select takes.</summary>
    Select,
}
