using System.Reflection;

namespace Concurrency.Bridging;

/// <summary>What one member of a proxy calls.</summary>
/// <param name="Method">The method of the target, or of an interface that it implements.</param>
/// <param name="Call">Where it is called.</param>
/// <param name="DropsToken">Whether the last argument is a token that the target does not take.</param>
internal sealed record ProxyMember(MethodInfo Method, ProxyCall Call, bool DropsToken);
