namespace Concurrency.Bench.Executors;

/// <summary>Counts callbacks per thread, so that counting does not make the threads of a pool share a cache line.</summary>
internal sealed class CallbackCount
{
    private static readonly List<CallbackCount> s_all = [];

    [ThreadStatic]
    private static CallbackCount? t_mine;

    private readonly long[] _value = new long[32];

    public static long Total
    {
        get
        {
            lock (s_all)
            {
                var total = 0L;
                foreach (var count in s_all)
                {
                    total += Volatile.Read(ref count._value[16]);
                }

                return total;
            }
        }
    }

    public static void Add()
    {
        var mine = t_mine ??= Register();
        Volatile.Write(ref mine._value[16], mine._value[16] + 1);
    }

    private static CallbackCount Register()
    {
        var count = new CallbackCount();
        lock (s_all)
        {
            s_all.Add(count);
        }

        return count;
    }
}
