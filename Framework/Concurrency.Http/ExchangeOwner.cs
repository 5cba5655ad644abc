namespace Concurrency.Http;

/// <summary>Says who may write the answer of an exchange. It only moves forward.</summary>
internal enum ExchangeOwner
{
    /// <summary>Nobody has answered; the handler and the source both may.</summary>
    Nobody,

    /// <summary>The handler holds the HttpContext and may be writing through it: only the handler may answer.</summary>
    Context,

    /// <summary>The handler answers or has answered.</summary>
    Handler,

    /// <summary>The source answers or has answered in the handler's place.</summary>
    Source,
}
