using System.Text;

namespace ActorSync.Core.Tests.Wire;

/// <summary>
/// The golden files beside these tests: bytes as they are on the wire, in hexadecimal, and the same in words. With
/// UPDATE_GOLDEN=1 in the environment they are written anew instead of compared.
/// </summary>
internal static class Golden
{
    private const int BytesPerLine = 32;

    public static string Folder { get; } = Repository.PathOf("tests/ActorSync.Core.Tests/Wire/golden");

    public static byte[] Read(string name) => ParseHex(File.ReadAllText(Path.Combine(Folder, name + ".hex")));

    public static byte[] ParseHex(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));

    public static void Check(string name, ReadOnlySpan<byte> bytes, string words)
    {
        Compare(name + ".hex", ToHex(bytes));
        Compare(name + ".txt", words);
    }

    private static void Compare(string file, string expected)
    {
        var path = Path.Combine(Folder, file);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, expected);
        Assert.True(File.Exists(path), $"{path} is missing: run the tests with UPDATE_GOLDEN=1 and look at what it writes");
        Assert.Equal(expected, File.ReadAllText(path));
    }

    private static string ToHex(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += BytesPerLine)
            text.Append(Convert.ToHexStringLower(bytes[at..Math.Min(at + BytesPerLine, bytes.Length)])).Append('\n');
        return text.ToString();
    }
}
