using Concurrency.Patterns;

namespace Concurrency.Services.Components;

/// <summary>One component of a host, before it is made.</summary>
internal sealed record ComponentRegistration(string Name, Func<IServiceProvider, HostExecutors, Component> Make);
