namespace Documentation.Tests;

public sealed partial class ComponentSnippets
{
    internal sealed class Greetings
    {
        private readonly string _word = "Hello";

        public string For(string name) => $"{_word} {name}.";
    }

    #region components-handler
    internal sealed class GreetingHandler(Greetings greetings) : IEventHandler<string>
    {
        public ValueTask HandleAsync(string item, CancellationToken cancellationToken)
        {
            Console.WriteLine(greetings.For(item));
            return ValueTask.CompletedTask;
        }
    }
    #endregion
}
