using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Concurrency.Execution;
using Concurrency.Sources.Interop;
using Concurrency.TestSupport;

namespace Concurrency.Sources.Tests.Signals;

/// <summary>A running SignalChild: real signals go to it, its lines come back.</summary>
internal sealed class SignalChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private SignalChildProcess(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public static Task<SignalChildProcess> StartAsync(ExecutorKind kind, string arguments) =>
        StartAsync($"--executor {kind} {arguments}");

    public static async Task<SignalChildProcess> StartAsync(string arguments)
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "SignalChild.dll");
        var child = new SignalChildProcess(Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } path
            && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", $"exec \"{dll}\" {arguments}")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        child.Ready = await child.NextAsync("the child's start");
        Assert.StartsWith("ready ", child.Ready, StringComparison.Ordinal);
        return child;
    }

    /// <summary>The child's first line: how signals reach each source.</summary>
    public string Ready { get; private set; } = "";

    public void Send(int signal) => Assert.True(
        SignalNative.Kill(_process.Id, signal) == 0, $"kill failed with errno {Marshal.GetLastPInvokeError()}.");

    public void Command(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    public Task<string> NextAsync(string phase) => _lines.Reader.ReadAsync().Within(phase);

    public async Task ExpectAsync(params string[] lines)
    {
        foreach (var line in lines)
        {
            Assert.Equal(line, await NextAsync($"waiting for '{line}'"));
        }
    }

    /// <summary>Sends a signal and waits for the one line that it makes.</summary>
    public Task SendAndExpectAsync(int signal, string line)
    {
        Send(signal);
        return ExpectAsync(line);
    }

    /// <summary>Stops the child's sources and returns the numbers of the accounts of one.</summary>
    public async Task<Dictionary<string, long>> StopAsync()
    {
        Command("stop");
        return await AccountsAsync();
    }

    /// <summary>Reads up to the accounts of the next source and checks that they add up.</summary>
    public async Task<Dictionary<string, long>> AccountsAsync()
    {
        while (true)
        {
            var line = await NextAsync("the accounts at the stop");
            if (!line.Contains("observed=", StringComparison.Ordinal))
            {
                continue;
            }

            var accounts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(part => part.Split('=')).ToDictionary(
                part => part[0], part => long.Parse(part[1], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(accounts["observed"], accounts["coalesced"] + accounts["published"]);
            Assert.Equal(accounts["published"], accounts["read"] + accounts["dropped"] + accounts["undelivered"]);
            return accounts;
        }
    }

    /// <summary>Lets the child end by itself and returns its exit code; 128 + n if a signal killed it.</summary>
    public async Task<int> ExitAsync(bool endInput = true)
    {
        if (endInput)
        {
            _process.StandardInput.Close();
        }

        await _process.WaitForExitAsync().Within("the child's end");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync().Within("the child's end");
        await _reading.Within("the end of the child's output");
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            await _lines.Writer.WriteAsync(line);
        }

        _lines.Writer.Complete();
    }
}
