using System.Runtime.CompilerServices;

namespace Concurrency.Sources;

/// <summary>Keeps two consumers from reading one source's events by mistake: each would see only a part of them.</summary>
internal static class ReaderClaim
{
    private static readonly ConditionalWeakTable<object, Claimant> s_claimants = [];

    /// <summary>Makes a consumer the only one of a reader.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="owner">Who claims; it has to be the same to release.</param>
    /// <param name="name">Names the owner in the message to a second claimant.</param>
    /// <exception cref="InvalidOperationException">Another consumer has claimed the reader.</exception>
    public static void Claim(object reader, object owner, string name)
    {
        if (s_claimants.TryAdd(reader, new Claimant(owner, name)))
        {
            return;
        }

        var holder = s_claimants.TryGetValue(reader, out var claimant) ? claimant.Name : "another component";
        throw new InvalidOperationException(
            $"The component '{name}' cannot read events that '{holder}' already reads: each would miss what the other took. " +
            "Let one component read and hand on what others need.");
    }

    /// <summary>Ends the claim of an owner; does nothing if it holds none.</summary>
    public static void Release(object reader, object owner)
    {
        if (s_claimants.TryGetValue(reader, out var claimant) && ReferenceEquals(claimant.Owner, owner))
        {
            s_claimants.Remove(reader);
        }
    }

    private sealed record Claimant(object Owner, string Name);
}
