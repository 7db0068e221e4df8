using System.Globalization;

namespace ActorSync.Bench.SideBySide.Results;

/// <summary>What a figure must hold: at least or at most so much.</summary>
internal sealed record Bar(bool AtLeast, double Value)
{
    public static Bar Least(double value) => new(true, value);

    public static Bar Most(double value) => new(false, value);

    public bool IsMetBy(double figure) => AtLeast ? figure >= Value : figure <= Value;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? ">=" : "<=")} {Value:G4}");
}
