namespace Concurrency.Coordination;

/// <summary>Numbers the objects of one type, from 1, when somebody asks for the number.</summary>
internal static class Identifier<TNumbered>
{
    private static int s_last;

    public static int Get(ref int id)
    {
        if (Volatile.Read(ref id) is not 0 and var known)
        {
            return known;
        }

        int next;
        do
        {
            next = Interlocked.Increment(ref s_last);
        }
        while (next == 0);

        var before = Interlocked.CompareExchange(ref id, next, 0);
        return before == 0 ? next : before;
    }
}
