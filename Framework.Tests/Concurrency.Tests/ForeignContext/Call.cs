namespace Concurrency.Tests.ForeignContext;

/// <summary>Calls a member while the context is the caller's.</summary>
internal delegate Task Call(Func<Task> member);
