namespace Concurrency.Services.Components;

/// <summary>One executor that several components of a host share by name.</summary>
internal sealed record ExecutorRegistration(string Name, string Specification);
