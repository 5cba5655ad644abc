using Concurrency.Executors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Concurrency.Services.Components;

/// <summary>What a <see cref="ComponentHost"/> takes from the container.</summary>
internal sealed record ComponentHostDependencies(
    IEnumerable<ComponentRegistration> Components,
    IEnumerable<ExecutorRegistration> Executors,
    IConfiguration Configuration)
{
    public required IHostApplicationLifetime Lifetime { get; init; }

    public required IOptions<ComponentHostOptions> Options { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public ILogger Logger => field ??= LoggerFactory.CreateLogger("Concurrency.Services.ComponentHost");

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where executors come from; null for a registry of the host's own.</summary>
    public ExecutorRegistry? Registry { get; init; }

    public static ComponentHostDependencies From(IServiceProvider services) => new(
        services.GetServices<ComponentRegistration>(),
        services.GetServices<ExecutorRegistration>(),
        services.GetRequiredService<IConfiguration>())
    {
        Lifetime = services.GetRequiredService<IHostApplicationLifetime>(),
        Options = services.GetRequiredService<IOptions<ComponentHostOptions>>(),
        LoggerFactory = services.GetRequiredService<ILoggerFactory>(),
        Clock = services.GetService<TimeProvider>() ?? TimeProvider.System,
        Registry = services.GetService<ExecutorRegistry>(),
    };
}
