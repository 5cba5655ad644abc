using System.Diagnostics.CodeAnalysis;
using Concurrency.Execution;
using Concurrency.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Concurrency.Services.Components;

/// <summary>Resolves the handler from a service scope of its own for each event.</summary>
internal static class ScopedHandler
{
    public static Func<T, CancellationToken, ValueTask> Create<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(IServiceProvider services)
        where THandler : class, IEventHandler<T>
    {
        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        return async (item, cancellationToken) =>
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(Executor.Current is not null))
            {
                var handler = scope.ServiceProvider.GetRequiredService<THandler>();
                await handler.HandleAsync(item, cancellationToken).ConfigureAwait(Executor.Current is not null);
            }
        };
    }
}
