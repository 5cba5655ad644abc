using System.Runtime.InteropServices;
using Concurrency.Sources.Signals;
#pragma warning disable CA1416 // signals that Windows does not have

namespace Concurrency.Sources.Tests.Signals;

/// <summary>What can be taken, under which name; nothing here sends a signal.</summary>
public sealed class SignalSourceTests
{
    [Theory]
    [InlineData(9, "SIGTERM")]
    [InlineData(19, "SIGTSTP")]
    [InlineData(11, "a fault in the program")]
    [InlineData(8, "a fault in the program")]
    [InlineData(32, "the C library")]
    [InlineData(33, "the C library")]
    [InlineData(34, "the .NET runtime")]
    [InlineData(65, "there is no such signal")]
    [InlineData(0, "there is no such signal")]
    [InlineData(-11, "there is no such signal")]
    [InlineData(int.MinValue, "there is no such signal")]
    public void Constructor_SignalThatCannotBeTaken_SaysWhy(int number, string reason)
    {
        var error = Assert.Throws<ArgumentException>(() => new SignalSource((PosixSignal)number));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithoutSignals_Throws()
    {
        Assert.Throws<ArgumentException>(() => new SignalSource());
        Assert.Throws<ArgumentNullException>(() => new SignalSource(null!));
        Assert.Throws<ArgumentNullException>(() => new SignalSource([PosixSignal.SIGHUP], null!));
    }

    [Theory]
    [InlineData(1, PosixSignal.SIGHUP)]
    [InlineData(2, PosixSignal.SIGINT)]
    [InlineData(3, PosixSignal.SIGQUIT)]
    [InlineData(15, PosixSignal.SIGTERM)]
    [InlineData(17, PosixSignal.SIGCHLD)]
    [InlineData(18, PosixSignal.SIGCONT)]
    [InlineData(20, PosixSignal.SIGTSTP)]
    [InlineData(21, PosixSignal.SIGTTIN)]
    [InlineData(22, PosixSignal.SIGTTOU)]
    [InlineData(28, PosixSignal.SIGWINCH)]
    [InlineData(10, (PosixSignal)10)]
    [InlineData(64, (PosixSignal)64)]
    public void Signals_GivenByNumberOrByName_AreTheSame(int number, PosixSignal signal)
    {
        var source = new SignalSource((PosixSignal)number, signal);

        Assert.Equal([signal], source.Signals);
        Assert.Equal(SignalDelivery.NotStarted, source.Delivery);
    }

    [Theory]
    [InlineData(1, "SIGHUP")]
    [InlineData(10, "SIGUSR1")]
    [InlineData(12, "SIGUSR2")]
    [InlineData(17, "SIGCHLD")]
    [InlineData(35, "SIGRTMIN+1")]
    [InlineData(64, "SIGRTMIN+30")]
    public void Name_OfAnEvent_IsTheUsualOne(int number, string name) => Assert.Equal(name, new SignalEvent { Number = number }.Name);

    [Fact]
    public void PosixSignals_AreTheNumbersOfLinux()
    {
        Assert.Equal((PosixSignal)10, PosixSignals.User1);
        Assert.Equal((PosixSignal)12, PosixSignals.User2);
        Assert.Equal((PosixSignal)35, PosixSignals.RealTime(35));
        Assert.Throws<ArgumentOutOfRangeException>(() => PosixSignals.RealTime(34));
        Assert.Throws<ArgumentOutOfRangeException>(() => PosixSignals.RealTime(65));
    }
}
