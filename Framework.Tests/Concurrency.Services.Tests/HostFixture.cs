using Concurrency.Services.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Concurrency.Services.Tests;

/// <summary>Builds hosts without files, environment or console, and without handling the test process's signals.</summary>
internal static class HostFixture
{
    public static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddLogging();
        builder.Services.Configure<ComponentHostOptions>(o => o.HandleSignals = false);
        return builder;
    }

    public static ComponentHost Components(this IHost host) => host.Services.GetRequiredService<ComponentHost>();
}
