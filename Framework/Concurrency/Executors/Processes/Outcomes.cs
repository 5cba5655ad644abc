namespace Concurrency.Executors.Processes;

/// <summary>Turns what became of a request into the caller's output or exception.</summary>
internal static class Outcomes
{
    public static TOut Read<TIn, TOut>(ProcessWork<TIn, TOut> work, RequestOutcome outcome, int limit)
    {
        if (outcome.Reply is not { } reply)
        {
            throw outcome.Error!;
        }

        if (reply.Failure is { } failure)
        {
            throw OfFailure(work, failure, reply, limit);
        }

        try
        {
            return work.ReadOutput(reply.Body);
        }
        catch (Exception error)
        {
            throw new ProcessWorkException($"The output of '{work.Name}' could not be read: {error.Message}", error) { WorkName = work.Name };
        }
    }

    private static Exception OfFailure(ProcessWork work, FailureKind failure, ReplyFrame reply, int limit) => failure == FailureKind.TooLarge
        ? new FrameTooLargeException(ProcessMessages.OutputTooLarge(work.Name, limit)) { WorkName = work.Name, LimitBytes = limit }
        : new ProcessWorkException($"'{work.Name}' failed in its worker with {reply.TypeName}: {reply.Message}")
        {
            WorkName = work.Name,
            RemoteType = reply.TypeName,
            RemoteMessage = reply.Message,
            RemoteStack = reply.Stack,
        };
}
