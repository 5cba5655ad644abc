using System.Runtime.InteropServices;

namespace TrimCheck;

internal static partial class Check
{
    /// <summary>Ends the program with the name of the first thing that does not work.</summary>
    public static async Task That(string name, Func<Task<bool>> works)
    {
        if (!await works())
        {
            throw new InvalidOperationException($"After trimming this does not work: {name}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);
}
