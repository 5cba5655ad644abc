namespace Concurrency.Executors;

/// <summary>Who wrote the code of a stack frame or a callback.</summary>
internal enum CodeOrigin
{
    /// <summary>The user, or a library the user chose.</summary>
    User,

    /// <summary>This framework.</summary>
    Framework,

    /// <summary>.NET itself.</summary>
    DotNet,
}
