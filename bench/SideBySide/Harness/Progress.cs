using System.Diagnostics;

namespace ActorSync.Bench.SideBySide.Harness;

/// <summary>Says on standard error what is being measured, how fast it went, and how long the rest may take.</summary>
internal sealed class Progress(int steps)
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _steps = steps;
    private int _done;

    /// <summary>One step of all is done.</summary>
    public void Step(string what)
    {
        _done++;
        var passed = Stopwatch.GetElapsedTime(_started);
        var left = passed / _done * Math.Max(0, _steps - _done);
        Console.Error.WriteLine($"[{_done}/{_steps}] {what}; {passed.TotalSeconds:F0} s passed, about {left.TotalSeconds:F0} s left");
    }

    /// <summary>So many steps are not made, for this reason.</summary>
    public void Skip(int skipped, string why)
    {
        _steps -= skipped;
        Say(why);
    }

    public static void Say(string what) => Console.Error.WriteLine($"  {what}");
}
