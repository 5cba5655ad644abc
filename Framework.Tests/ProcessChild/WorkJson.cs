using System.Text.Json.Serialization;

namespace Concurrency.ProcessChild;

/// <summary>How inputs and outputs travel.</summary>
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Unwritable))]
public sealed partial class WorkJson : JsonSerializerContext;
