using System.Globalization;

namespace ActorSync.Node.Demo;

/// <summary>Numbers with their units, for people; three or four digits tell enough.</summary>
internal static class Units
{
    private static readonly string[] ByteUnits = ["B", "kB", "MB", "GB", "TB"];

    public static string Count(double count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Decimal units: a kB is 1000 B.</summary>
    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (bytes >= 999.95 && unit < ByteUnits.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }
        return $"{bytes.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {ByteUnits[unit]}";
    }

    public static string Seconds(double seconds) => seconds < 600
        ? string.Create(CultureInfo.InvariantCulture, $"{Rounded(seconds)} s")
        : TimeSpan.FromSeconds(seconds).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    public static string Milliseconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{Rounded(milliseconds)} ms");

    private static string Rounded(double value) => value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", CultureInfo.InvariantCulture);
}
