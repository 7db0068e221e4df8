using System.Globalization;

namespace ActorSync.States;

/// <summary>
/// A digest of all that a state holds, live entries and tombstones: the sum of their hashes modulo 2^128, so that the
/// order in which they came does not matter and one change costs two additions. Equal versions mean equal content.
/// </summary>
public readonly record struct StateVersion(UInt128 Digest)
{
    /// <summary>Whether the state holds nothing.</summary>
    public bool IsEmpty => Digest == 0;

    /// <summary>32 lower-case hexadecimal digits; nothing for the empty state.</summary>
    public override string ToString() => IsEmpty ? "" : Digest.ToString("x32", CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out StateVersion version)
    {
        version = default;
        if (text is not { Length: 0 or 32 })
            return false;
        if (text.Length == 0)
            return true;
        var ok = UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var digest);
        version = new StateVersion(digest);
        return ok;
    }
}
