using Concurrency.Testing.Tests.Kernels.Classic;
using Concurrency.Testing.Tests.Kernels.FromGo;
using static Concurrency.Testing.Tests.Kernels.KernelSymptom;

namespace Concurrency.Testing.Tests.Kernels;

/// <summary>All kernels.</summary>
internal static class KernelTable
{
    private const int ClassicBound = 100_000;

    public static IReadOnlyList<KernelEntry> Classic { get; } =
    [
        new("account", Fails, (sim, isFixed) => new Account(sim, isFixed)),
        new("bluetooth", Fails, (sim, isFixed) => new Bluetooth(sim, isFixed)),
        .. Enumerable.Range(2, 6).Select(count =>
            new KernelEntry($"philosophers_{count}", Hangs, (sim, isFixed) => new DiningPhilosophers(sim, isFixed, count))),
        new("lazy01", Fails, (sim, isFixed) => new Lazy01(sim, isFixed)),
        .. new[] { 3, 4, 5, 10, 20, 100 }.Select(count =>
            new KernelEntry($"reorder_{count}", Fails, (sim, isFixed) => new Reorder(sim, isFixed, count))),
        new("twostage", Fails, (sim, isFixed) => new TwoStage(sim, isFixed, 2)),
        new("twostage_100", Fails, (sim, isFixed) => new TwoStage(sim, isFixed, 100)),
        new("token_ring", Fails, (sim, isFixed) => new TokenRing(sim, isFixed)),
        new("work_stealing", Fails, (sim, isFixed) => new WorkStealing(sim, isFixed)),
        new("wronglock", Fails, (sim, isFixed) => new WrongLock(sim, isFixed, 1)),
        new("wronglock_3", Fails, (sim, isFixed) => new WrongLock(sim, isFixed, 3)),
    ];

    public static IReadOnlyList<KernelEntry> FromGo { get; } =
    [
        new("etcd_6857", Hangs, (sim, isFixed) => new Etcd6857(sim, isFixed)),
        new("istio_17860", Hangs, (sim, isFixed) => new Istio17860(sim, isFixed)),
        new("cockroach_10790", Hangs, (sim, isFixed) => new Cockroach10790(sim, isFixed)),
        new("istio_18454", Hangs, (sim, isFixed) => new Istio18454(sim, isFixed)),
        new("etcd_6873", Hangs, (sim, isFixed) => new Etcd6873(sim, isFixed)),
        new("etcd_7443", Hangs, (sim, isFixed) => new Etcd7443(sim, isFixed)),
        new("cockroach_1055", Hangs, (sim, isFixed) => new Cockroach1055(sim, isFixed)),
        new("cockroach_1462", Hangs, (sim, isFixed) => new Cockroach1462(sim, isFixed)),
        new("cockroach_10214", Hangs, (sim, isFixed) => new Cockroach10214(sim, isFixed)),
        new("cockroach_7504", Hangs, (sim, isFixed) => new Cockroach7504(sim, isFixed)),
        new("hugo_3251", Hangs, (sim, isFixed) => new Hugo3251(sim, isFixed)),
        new("etcd_5509", Hangs, (sim, isFixed) => new Etcd5509(sim, isFixed)),
        new("grpc_3017", Hangs, (sim, isFixed) => new Grpc3017(sim, isFixed)),
        new("cockroach_16167", Hangs, (sim, isFixed) => new Cockroach16167(sim, isFixed)),
        new("cockroach_3710", Hangs, (sim, isFixed) => new Cockroach3710(sim, isFixed)),
        new("grpc_660", Hangs, (sim, isFixed) => new Grpc660(sim, isFixed)),
        new("grpc_1275", Hangs, (sim, isFixed) => new Grpc1275(sim, isFixed)),
        new("cockroach_24808", Hangs, (sim, isFixed) => new Cockroach24808(sim, isFixed)),
        new("grpc_862", Hangs, (sim, isFixed) => new Grpc862(sim, isFixed)),
        new("etcd_7902", Hangs, (sim, isFixed) => new Etcd7902(sim, isFixed)),
        new("cockroach_6181", Hangs, (sim, isFixed) => new Cockroach6181(sim, isFixed)),
        new("grpc_2371", Fails, (sim, isFixed) => new Grpc2371(sim, isFixed)),
        new("grpc_1687", Fails, (sim, isFixed) => new Grpc1687(sim, isFixed)),
        new("etcd_3077", Fails, (sim, isFixed) => new Etcd3077(sim, isFixed)),
        new("istio_8967", Hangs, (sim, isFixed) => new Istio8967(sim, isFixed)),
        new("cockroach_4407", Fails, (sim, isFixed) => new Cockroach4407(sim, isFixed)),
        new("cockroach_35501", Fails, (sim, isFixed) => new Cockroach35501(sim, isFixed)),
    ];

    public static IReadOnlyList<KernelEntry> All { get; } = [.. Classic.Select(entry => entry with { Bound = ClassicBound }), .. FromGo];

    public static KernelEntry Get(string name) => All.Single(entry => entry.Name == name);
}
