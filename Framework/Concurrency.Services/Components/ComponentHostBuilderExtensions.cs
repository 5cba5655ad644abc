using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Concurrency.Executors;
using Concurrency.Patterns;
using Concurrency.Sources;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Concurrency.Services.Components;

/// <summary>Registers components, each with its executor, on the .NET Generic Host.</summary>
public static class ComponentHostBuilderExtensions
{
    /// <summary>Adds a component whose source needs nothing from its options.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <param name="builder">The host's builder.</param>
    /// <param name="name">Names the component, its executor and its configuration section <c>Components:&lt;name&gt;</c>; unique.</param>
    /// <param name="source">Makes the source; the component owns it.</param>
    /// <param name="handler">Handles one event.</param>
    /// <param name="configure">Sets executor, concurrency and error policy; configuration overrides it.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public static IHostApplicationBuilder AddComponent<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, IEventSource<T>> source,
        Func<T, CancellationToken, ValueTask> handler,
        Action<HostedComponentOptions<T>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(handler);
        return builder.Add(name, RefuseCapacity(name, source), _ => handler, configure);
    }

    /// <summary>Adds a component whose source takes its capacity from the component's options.</summary>
    /// <inheritdoc cref="AddComponent{T}(IHostApplicationBuilder, string, Func{IServiceProvider, IEventSource{T}}, Func{T, CancellationToken, ValueTask}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddComponent<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, HostedComponentOptions<T>, IEventSource<T>> source,
        Func<T, CancellationToken, ValueTask> handler,
        Action<HostedComponentOptions<T>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(handler);
        return builder.Add(name, source, _ => handler, configure);
    }

    /// <summary>Adds a component whose handler is resolved from a service scope of its own for each event.</summary>
    /// <typeparam name="T">The event.</typeparam>
    /// <typeparam name="THandler">The handler; registered as scoped unless it is registered already.</typeparam>
    /// <inheritdoc cref="AddComponent{T}(IHostApplicationBuilder, string, Func{IServiceProvider, IEventSource{T}}, Func{T, CancellationToken, ValueTask}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddComponent<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, HostedComponentOptions<T>, IEventSource<T>> source,
        Action<HostedComponentOptions<T>>? configure = null)
        where THandler : class, IEventHandler<T>
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Services.TryAddScoped<THandler>();
        return builder.Add(name, source, ScopedHandler.Create<T, THandler>, configure);
    }

    /// <inheritdoc cref="AddComponent{T, THandler}(IHostApplicationBuilder, string, Func{IServiceProvider, HostedComponentOptions{T}, IEventSource{T}}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddComponent<T, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, IEventSource<T>> source,
        Action<HostedComponentOptions<T>>? configure = null)
        where THandler : class, IEventHandler<T>
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.AddComponent<T, THandler>(name, RefuseCapacity(name, source), configure);
    }

    /// <summary>Adds a component that reads a channel of yours: stopping it stops the reading, what is inside stays in the channel.</summary>
    /// <inheritdoc cref="AddComponent{T}(IHostApplicationBuilder, string, Func{IServiceProvider, IEventSource{T}}, Func{T, CancellationToken, ValueTask}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddComponent<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, ChannelReader<T>> source,
        Func<T, CancellationToken, ValueTask> handler,
        Action<HostedComponentOptions<T>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return builder.AddComponent(name, sp => new ReaderSource<T>(source(sp), name), handler, configure);
    }

    /// <summary>Adds a component with a synchronous handler, which may block if its executor allows it.</summary>
    /// <inheritdoc cref="AddComponent{T}(IHostApplicationBuilder, string, Func{IServiceProvider, IEventSource{T}}, Func{T, CancellationToken, ValueTask}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddSynchronousComponent<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, HostedComponentOptions<T>, IEventSource<T>> source,
        Action<T, CancellationToken> handler,
        Action<HostedComponentOptions<T>>? configure = null) =>
        builder.AddComponent(name, source, SynchronousHandler.Adapt(handler), configure);

    /// <inheritdoc cref="AddSynchronousComponent{T}(IHostApplicationBuilder, string, Func{IServiceProvider, HostedComponentOptions{T}, IEventSource{T}}, Action{T, CancellationToken}, Action{HostedComponentOptions{T}}?)"/>
    public static IHostApplicationBuilder AddSynchronousComponent<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, IEventSource<T>> source,
        Action<T, CancellationToken> handler,
        Action<HostedComponentOptions<T>>? configure = null) =>
        builder.AddComponent(name, source, SynchronousHandler.Adapt(handler), configure);

    /// <summary>Names an executor that several components share: they ask for it by <see cref="HostedComponentOptions{T}.Executor"/>.</summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="name">The name; unique, and not itself a specification such as "pool:2".</param>
    /// <exception cref="ArgumentException">The name is taken or is a specification.</exception>
    /// <remarks>Other services get it injected as the keyed service <see cref="Concurrency.Execution.Executor"/> of that name.</remarks>
    /// <param name="specification">For example "cooperative", "thread" or "pool:2..16,queue=256".</param>
    public static IHostApplicationBuilder AddExecutor(this IHostApplicationBuilder builder, string name, string specification)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (ExecutorSpec.TryParse(name, out _, out _))
        {
            throw new ArgumentException(
                $"An executor cannot be named '{name}': components that ask for that mean the specification. Choose another name.", nameof(name));
        }

        AddHost(builder);
        if (Instances<ExecutorRegistration>(builder.Services).Any(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"An executor named '{name}' was added before. Give each executor a name of its own.", nameof(name));
        }

        builder.Services.AddSingleton(new ExecutorRegistration(name, specification));
        builder.Services.AddKeyedSingleton(name, static (sp, key) => sp.GetRequiredService<ComponentHost>().ExecutorNamed((string)key!));
        return builder;
    }

    private static IHostApplicationBuilder Add<T>(
        this IHostApplicationBuilder builder,
        string name,
        Func<IServiceProvider, HostedComponentOptions<T>, IEventSource<T>> source,
        Func<IServiceProvider, Func<T, CancellationToken, ValueTask>> handler,
        Action<HostedComponentOptions<T>>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        AddHost(builder);
        if (Instances<ComponentRegistration>(builder.Services).Any(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new ArgumentException($"A component named '{name}' was added before. Give each component a name of its own.", nameof(name));
        }

        builder.Services.AddSingleton(new ComponentRegistration(name, (services, executors) =>
        {
            var options = new HostedComponentOptions<T>
            {
                Logger = services.GetRequiredService<ILoggerFactory>().CreateLogger($"Concurrency.Components.{name}"),
            };
            configure?.Invoke(options);
            ComponentSettings.Apply(services.GetRequiredService<IConfiguration>(), name, options);
            var executor = executors.For(name, options.Executor);
            return new Component<T>(name, () => source(services, options), executor, handler(services), options);
        }));
        return builder;
    }

    private static Func<IServiceProvider, HostedComponentOptions<T>, IEventSource<T>> RefuseCapacity<T>(
        string name, Func<IServiceProvider, IEventSource<T>> source) =>
        (services, options) => options.Capacity is null
            ? source(services)
            : throw new InvalidOperationException(
                $"The component '{name}' was given a capacity of {options.Capacity}, but its source is made without its options. " +
                "Use the AddComponent overload whose factory receives them and pass Capacity on.");

    private static void AddHost(IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(static d => d.ServiceType == typeof(ComponentHost)))
        {
            return;
        }

        var signals = new SignalLifetime();
        builder.Services.AddOptions<ComponentHostOptions>();
        builder.Services.AddSingleton(static sp => new ComponentHost(sp, ComponentHostDependencies.From(sp)));
        builder.Services.AddHostedService(static sp => sp.GetRequiredService<ComponentHost>());
        builder.Services.AddSingleton<IHostLifetime>(sp => signals.Attach(sp));
    }

    private static IEnumerable<TInstance> Instances<TInstance>(IServiceCollection services) =>
        services.Select(static d => d.ImplementationInstance).OfType<TInstance>();
}
