namespace ActorSync.Tidy.Tests;

/// <summary>The source files of the repository.</summary>
internal static class SourceFiles
{
    /// <summary>The C# files below a folder, without what a build has made.</summary>
    public static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories).Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts"));

    public static string Relative(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
}
