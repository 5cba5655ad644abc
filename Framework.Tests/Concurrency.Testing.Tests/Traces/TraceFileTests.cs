using System.Text;
using Concurrency.Testing.Choices;
using Concurrency.Testing.Traces;

namespace Concurrency.Testing.Tests.Traces;

public sealed class TraceFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(256)]
    [InlineData(4097)]
    [InlineData(2_000_000_000)]
    public void Load_WhatWasSaved_IsTheSame(int most)
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var choices = Random(seed, (int)seed * 7, most);
            var trace = new SimulationTrace(seed << 50, "pct:2", choices)
            {
                Test = "A.B",
                AssemblyVersion = Guid.NewGuid(),
                MaximumSteps = 77,
                EndGrace = TimeSpan.FromSeconds(9.5),
                Steps = 123,
                Failure = "Deadlock",
                Hash = ulong.MaxValue - seed,
            };
            var path = _folder.File("a.simtrace");

            trace.Save(path, compress: seed % 2 == 0);
            var loaded = SimulationTrace.Load(path);

            Assert.Equal(choices, loaded.Choices);
            Assert.Equal(Facts(trace), Facts(loaded));
        }
    }

    [Fact]
    public void Save_HeaderLine_IsJsonThatAnyoneReads()
    {
        var trace = new SimulationTrace(1, "fifo", Random(1, 10, 3)) { Test = "Quoted \"name\"\nof two lines" };
        trace.Save(_folder.File("a.simtrace"));

        var line = File.ReadLines(_folder.File("a.simtrace")).First();

        using var header = System.Text.Json.JsonDocument.Parse(line);
        Assert.Equal("simtrace/1", header.RootElement.GetProperty("format").GetString());
        Assert.Equal(trace.Test, header.RootElement.GetProperty("test").GetString());
        foreach (var name in new[] { "seed", "strategy", "framework", "runtime", "processors", "maximumSteps", "endGrace", "steps", "failure", "hash", "assembly" })
        {
            Assert.True(header.RootElement.TryGetProperty(name, out _), name);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(100)]
    [InlineData(256)]
    public void Encode_PicksAmongManyActors_TakeTwoBytesAtMost(int actors)
    {
        var random = new Prng(7);
        var choices = Enumerable.Range(0, 10_000).Select(_ => new Choice(ChoiceKind.Schedule, random.Below(actors - 3), actors - random.Below(2))).ToArray();

        var bytes = ChoiceCodec.Encode(choices).Length;

        Assert.True(bytes <= (actors <= 9 ? 1 : 2) * choices.Length, $"{bytes} bytes");
    }

    [Fact]
    public void Encode_EqualChoices_TakeAFewBytes()
    {
        var choices = Enumerable.Repeat(new Choice(ChoiceKind.Schedule, 0, 4), 1_000_000).ToArray();

        var bytes = ChoiceCodec.Encode(choices);

        Assert.True(bytes.Length < 10);
        Assert.Equal(choices, ChoiceCodec.Decode(bytes, choices.Length));
    }

    [Fact]
    public void Load_AnyChangedByteOfTheChoices_IsRefused()
    {
        var path = _folder.File("a.simtrace");
        new SimulationTrace(1, "random", Random(3, 60, 300)).Save(path);
        var bytes = File.ReadAllBytes(path);
        var begin = Array.IndexOf(bytes, (byte)'\n') + 1;
        for (var index = begin; index < bytes.Length; index++)
        {
            var damaged = bytes.ToArray();
            damaged[index] ^= 0x41;
            File.WriteAllBytes(path, damaged);

            var error = Assert.Throws<InvalidDataException>(() => SimulationTrace.Load(path));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("damaged", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_ACutFile_IsRefused(bool compress)
    {
        var path = _folder.File("a.simtrace");
        new SimulationTrace(1, "random", Random(3, 60, 300)).Save(path, compress);
        var bytes = File.ReadAllBytes(path);
        for (var length = 0; length < bytes.Length - 10; length += 3)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<InvalidDataException>(() => SimulationTrace.Load(path));
        }
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("hello world", "it begins with 'hello world'")]
    [InlineData("\u0001\u0002PK\n", "it begins with '..PK.'")]
    [InlineData("{\"a\":", "it begins with")]
    [InlineData("{\"a\":\n", "is not the header")]
    [InlineData("{\"a\":1}\n", "its format is 'not said'")]
    [InlineData("{\"format\":7}\n", "which cannot be")]
    [InlineData("{\"format\":\"simtrace/9\"}\n", "its format is 'simtrace/9'")]
    [InlineData("{\"format\":\"simtrace/1\"}\n", "its header has no 'bytes'")]
    [InlineData("{\"format\":\"simtrace/1\",\"bytes\":-1}\n", "'-1' for 'bytes'")]
    public void Load_AForeignFile_IsRefusedWithWhatWasFound(string text, string found)
    {
        var path = _folder.File("a.simtrace");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

        var error = Assert.Throws<InvalidDataException>(() => SimulationTrace.Load(path));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("SimulationTrace.Save", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        var error = Assert.Throws<FileNotFoundException>(() => SimulationTrace.Load(_folder.File("no.simtrace")));

        Assert.Contains("There is no trace", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x8F }, "in the middle")]
    [InlineData(new byte[] { 0x0F }, "15 was chosen of 2")]
    [InlineData(new byte[] { 0xE1 }, "a run of 2")]
    [InlineData(new byte[] { 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x07 }, "goes past")]
    [InlineData(new byte[] { 0xDC, 0x01 }, "which no choice begins with")]
    [InlineData(new byte[] { 0xC2 }, "which no choice begins with")]
    [InlineData(new byte[] { 0xC0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, "without an end")]
    [InlineData(new byte[] { 0x00 }, "promises 3 choices, and 1 were found")]
    public void Decode_BytesThatAreNoChoices_AreRefused(byte[] bytes, string found)
    {
        var error = Assert.Throws<InvalidDataException>(() => ChoiceCodec.Decode(bytes, 3));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_RandomBytes_NeverFailsOtherwise()
    {
        var random = new Prng(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Below(30)];
            foreach (ref var value in bytes.AsSpan())
            {
                value = (byte)random.Next();
            }

            try
            {
                Assert.All(ChoiceCodec.Decode(bytes, random.Below(40)), choice => Assert.InRange(choice.Chosen, 0, choice.Of - 1));
            }
            catch (InvalidDataException)
            {
                // The only way to refuse.
            }
        }
    }

    private static object Facts(SimulationTrace trace) =>
        (trace.Seed, trace.Strategy, trace.Test, trace.AssemblyVersion, trace.MaximumSteps, trace.EndGrace, trace.Steps,
            (trace.Failure, trace.Hash, trace.FrameworkVersion, trace.Runtime, trace.ProcessorCount));

    private static Choice[] Random(ulong seed, int count, int most)
    {
        var random = new Prng(seed);
        var choices = new Choice[count];
        for (var index = 0; index < count; index++)
        {
            var of = 2 + random.Below(most - 1);
            choices[index] = index > 0 && random.Below(3) == 0
                ? choices[index - 1]
                : new Choice((ChoiceKind)random.Below(random.Below(2) == 0 ? 1 : 5), random.Below(of), of);
        }

        return choices;
    }
}
