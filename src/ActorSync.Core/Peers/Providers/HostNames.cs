namespace ActorSync.Peers.Providers;

/// <summary>Names of hosts as DNS knows them (RFC 1123, with the underscore of SRV names).</summary>
public static class HostNames
{
    /// <summary>Letters of a name, dots included.</summary>
    public const int MaximumLength = 253;

    /// <summary>Letters of what stands between two dots.</summary>
    public const int MaximumLabel = 63;

    /// <summary>Whether it is the name of a host; a dot may stand at the end. What ends in a number is none: it is a mistyped address.</summary>
    public static bool IsValid(string text)
    {
        var name = text.EndsWith('.') ? text[..^1] : text;
        if (name.Length is 0 or > MaximumLength)
            return false;
        var labels = name.Split('.');
        return labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaximumLabel && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
