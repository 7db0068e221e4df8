namespace ActorSync.Bench.SideBySide.Harness;

/// <summary>A measurement cannot be made: what stood in its way, for whoever runs it.</summary>
internal sealed class BenchException(string message, Exception? inner = null) : Exception(message, inner);
