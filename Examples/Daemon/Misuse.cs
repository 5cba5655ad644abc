using System.CommandLine;
using System.CommandLine.Parsing;

namespace Concurrency.Examples.Daemon;

/// <summary>What is wrong with the form of a command line, in one sentence: the argument, its value, what is allowed.</summary>
internal static class Misuse
{
    /// <summary>The first thing that is wrong, or null: an option without its value, one given twice, an argument that does not exist.</summary>
    public static string? Of(ParseResult parsed)
    {
        OptionResult[] given = [.. parsed.RootCommandResult.Children.Concat(parsed.CommandResult.Children).OfType<OptionResult>().Distinct()];
        return given.Select(OfOption).FirstOrDefault(static problem => problem is not null) ?? OfUnknown(parsed);
    }

    /// <summary>The only value of an option.</summary>
    /// <exception cref="UsageException">It was given more than once.</exception>
    public static string Single(ArgumentResult result, string option) => result.Tokens switch
    {
        [var value] => value.Value,
        var values => throw new UsageException(Repeated(option, values)),
    };

    private static string? OfOption(OptionResult result)
    {
        var option = result.Option;
        if (result.IdentifierTokenCount > 1 && option.Arity.MaximumNumberOfValues <= 1)
        {
            return Repeated(option.Name, result.Tokens);
        }

        return option.Arity.MinimumNumberOfValues > 0 && result.Tokens.Count < result.IdentifierTokenCount
            ? $"{option.Name} cannot be '': give {option.Name} {option.HelpName}."
            : null;
    }

    private static string? OfUnknown(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is not [var unknown, ..])
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        var options = parsed.RootCommandResult.Command.Options.Where(o => command == parsed.RootCommandResult.Command || o.Recursive).Select(static o => o.Name);
        var owner = command == parsed.RootCommandResult.Command ? "" : $" of {command.Name}";
        var allowed = string.Join(", ", options.Concat(command.Subcommands.Select(static c => c.Name)));
        return $"'{unknown}' is not an argument{owner}: give one of {allowed}.";
    }

    private static string Repeated(string option, IReadOnlyList<Token> values) =>
        $"{option} cannot be {string.Join(" and ", values.Select(static v => $"'{v.Value}'").DefaultIfEmpty("given twice"))}: give {option} once.";
}
