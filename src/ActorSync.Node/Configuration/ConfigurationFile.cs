using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>Reads a HOCON file and the files it includes.</summary>
public static class ConfigurationFile
{
    /// <summary>Bytes that one file may hold.</summary>
    public const long MaximumBytes = 1 << 20;

    /// <summary>How deep files may include each other: deeper is a circle.</summary>
    public const int MaximumIncludes = 16;

    public static Result<Config> Read(string path)
    {
        try
        {
            return Parse(path, 0);
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    private static Config Parse(string path, int depth)
    {
        if (depth > MaximumIncludes)
            throw Fail(path, $"files include each other more than {MaximumIncludes} deep");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            return ConfigurationFactory.ParseString(Text(path), Include);
        }
        catch (Exception e) when (Find(e) is { } inner)
        {
            throw inner;
        }
        // The two engines' parsers throw exceptions of different types: whatever it is, the file is not good HOCON.
        catch (Exception e) when (e is not SyncException)
        {
            throw Fail(path, e.Message, e);
        }

        HoconRoot Include(string name) => new(Parse(Path.Combine(folder, name), depth + 1).Root);
    }

    private static string Text(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaximumBytes)
                throw Fail(path, $"the file is larger than {MaximumBytes} bytes");
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fail(path, e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message, e);
        }
    }

    private static SyncException? Find(Exception e) => e.InnerException is { } inner ? inner as SyncException ?? Find(inner) : null;

    private static SyncException Fail(string path, string why, Exception? inner = null) =>
        new(new SyncError(SyncErrorKind.InvalidRequest, $"the configuration {path}: {why.TrimEnd('.').ReplaceLineEndings(" ")}"), inner);
}
