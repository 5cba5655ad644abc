namespace Concurrency.Testing.Tests.Kernels.FromGo;

/// <summary>
/// cockroachdb/cockroach 35498, 35501; a captured loop variable. The checks of a table are validated beside each other, and each validation
/// captures the variable of the loop that starts them: it sees a later check, or none. Corrected: a copy of its own.
/// </summary>
internal sealed class Cockroach35501(Sim sim, bool isFixed) : Kernel(sim, isFixed)
{
    private readonly int[] _validated = new int[3];

    public override async Task RunAsync()
    {
        var validations = new List<Task>();
        for (var check = 0; check < _validated.Length; check++)
        {
            var own = check;
            validations.Add(IsFixed ? Go(() => ValidateAsync(own)) : Go(() => ValidateAsync(check)));
        }

        await Task.WhenAll(validations);
        Assert.All(_validated, times => Assert.Equal(1, times));
    }

    private Task ValidateAsync(int check)
    {
        _validated[check]++;
        return Task.CompletedTask;
    }
}
