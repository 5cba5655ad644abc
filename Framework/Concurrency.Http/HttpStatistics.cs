namespace Concurrency.Http;

/// <summary>A snapshot of how an <see cref="HttpSource"/> ended the requests that reached it.</summary>
/// <remarks>
/// At every moment <c>Received = Answered + ClientGone + InFlight</c>, and with the source's own statistics
/// <c>Received = Observed + Refused</c>. Requests that Kestrel refused as malformed never reach the source.
/// </remarks>
public readonly record struct HttpStatistics
{
    /// <summary>Requests whose line and headers were read.</summary>
    public long Received { get; init; }

    /// <summary>Requests that were answered by the source and never became events: body too large (413), or arrived while stopping (503).</summary>
    public long Refused { get; init; }

    /// <summary>Requests answered 503 because the channel was full; <c>Dropped</c> in the source's own statistics.</summary>
    public long Rejected { get; init; }

    /// <summary>Requests answered 504 because <see cref="HttpSourceOptions.RequestDeadline"/> had passed.</summary>
    public long DeadlineExceeded { get; init; }

    /// <summary>Requests answered by the source because the handler ended without an answer; not those that it left when the source was stopping.</summary>
    public long Unanswered { get; init; }

    /// <summary>Answers with a status from 200 to 299.</summary>
    public long Successes { get; init; }

    /// <summary>Answers with a status from 300 to 399.</summary>
    public long Redirections { get; init; }

    /// <summary>Answers with a status from 400 to 499.</summary>
    public long ClientErrors { get; init; }

    /// <summary>Answers with a status of 500 or more.</summary>
    public long ServerErrors { get; init; }

    /// <summary>Requests without a whole answer: the client closed the connection, or the connection was aborted.</summary>
    public long ClientGone { get; init; }

    /// <summary>Requests that were received and have not ended.</summary>
    public long InFlight { get; init; }

    /// <summary>All answers.</summary>
    public long Answered => Successes + Redirections + ClientErrors + ServerErrors;
}
