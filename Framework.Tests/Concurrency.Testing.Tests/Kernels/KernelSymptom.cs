namespace Concurrency.Testing.Tests.Kernels;

/// <summary>How a kernel's bug shows.</summary>
internal enum KernelSymptom
{
    /// <summary>Something waits, or goes on, for ever.</summary>
    Hangs,

    /// <summary>Something throws, or a check fails.</summary>
    Fails,
}
