namespace ActorSync.Tests;

/// <summary>Where the repository lies, seen from a test's output: a build may map the sources' own paths elsewhere.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution file.</summary>
    public static string Root { get; } = Find();

    /// <summary>A path below the repository's folder.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "ActorSync.sln")))
                return folder;
        }
        throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not below the repository's folder");
    }
}
