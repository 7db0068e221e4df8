using System.Globalization;
using System.Text;

namespace ActorSync.Peers.Providers;

/// <summary>
/// The one form of an IP address as text, so that equal addresses are equal texts: IPv4 as four decimal numbers, IPv6 as
/// RFC 5952 has it, an IPv4 address inside of IPv6 (::ffff:10.0.0.1) as IPv4. A zone ("%eth0") stays as it was written.
/// </summary>
public static class IpText
{
    /// <summary>Letters of a zone.</summary>
    public const int MaximumZone = 64;

    private const int Groups = 8;

    /// <summary>The address in its canonical form; null when it is none. Brackets are not part of an address.</summary>
    public static string? Canonical(string text)
    {
        Span<ushort> groups = stackalloc ushort[Groups];
        if (ReadV4(text, groups[6..]))
            return V4(groups[6], groups[7]);
        var percent = text.IndexOf('%');
        var zone = percent < 0 ? "" : text[percent..];
        if (!(zone.Length is 0 or (> 1 and <= MaximumZone)) || zone.Skip(1).Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')))
            return null;
        if (!ReadV6(percent < 0 ? text : text[..percent], groups))
            return null;
        var isMapped = groups[..5].IndexOfAnyExcept((ushort)0) < 0 && groups[5] == 0xffff;
        return isMapped ? V4(groups[6], groups[7]) : V6(groups) + zone;
    }

    private static string V4(ushort high, ushort low) => string.Create(CultureInfo.InvariantCulture, $"{high >> 8}.{high & 255}.{low >> 8}.{low & 255}");

    /// <summary>Four decimal numbers from 0 to 255; one that begins with 0 means octal to some, and is none here.</summary>
    private static bool ReadV4(ReadOnlySpan<char> text, Span<ushort> groups)
    {
        Span<Range> parts = stackalloc Range[5];
        if (text.Split(parts, '.') != 4)
            return false;
        for (var i = 0; i < 4; i++)
        {
            var part = text[parts[i]];
            if (part.Length > 1 && part[0] == '0' || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return false;
            groups[i / 2] = (ushort)(i % 2 == 0 ? number << 8 : groups[i / 2] | number);
        }
        return true;
    }

    private static bool ReadV6(string text, Span<ushort> groups)
    {
        groups.Clear();
        var gap = text.IndexOf("::", StringComparison.Ordinal);
        if (gap < 0)
            return ReadGroups(text, groups) == Groups;
        // A second gap leaves an empty group, which is none.
        Span<ushort> tail = stackalloc ushort[Groups];
        var before = gap == 0 ? 0 : ReadGroups(text[..gap], groups, mayEndInV4: false);
        var after = gap + 2 == text.Length ? 0 : ReadGroups(text[(gap + 2)..], tail);
        if (before < 0 || after < 0 || before + after >= Groups)
            return false;
        groups[before..].Clear();
        tail[..after].CopyTo(groups[^after..]);
        return true;
    }

    /// <summary>How many groups there are; -1 when it is no list of groups.</summary>
    private static int ReadGroups(string text, Span<ushort> groups, bool mayEndInV4 = true)
    {
        var parts = text.Split(':');
        if (parts.Length > Groups)
            return -1;
        for (var i = 0; i < parts.Length; i++)
        {
            if (mayEndInV4 && i == parts.Length - 1 && i <= Groups - 2 && parts[i].Contains('.'))
                return ReadV4(parts[i], groups[i..]) ? i + 2 : -1;
            if (parts[i].Length > 4 || !ushort.TryParse(parts[i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out groups[i]))
                return -1;
        }
        return parts.Length;
    }

    /// <summary>Lower case, no leading zeros, the first of the longest runs of at least two zero groups left out.</summary>
    private static string V6(ReadOnlySpan<ushort> groups)
    {
        var (start, length) = (0, 1);
        for (var i = 0; i < Groups; i++)
        {
            var run = groups[i..].IndexOfAnyExcept((ushort)0) is var end && end < 0 ? Groups - i : end;
            if (run > length)
                (start, length) = (i, run);
        }
        var text = new StringBuilder();
        for (var i = 0; i < Groups; i++)
        {
            if (length > 1 && i == start)
            {
                text.Append("::");
                i += length - 1;
                continue;
            }
            if (text.Length > 0 && text[^1] != ':')
                text.Append(':');
            text.Append(CultureInfo.InvariantCulture, $"{groups[i]:x}");
        }
        return text.ToString();
    }
}
