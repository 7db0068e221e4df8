namespace ActorSync.Node.Git;

/// <summary>Finds the git program.</summary>
public static class GitExecutable
{
    /// <summary>
    /// The first git on the search path, or null. Only its absolute folders are looked into: a program that is called
    /// git and lies in the current folder, which may be somebody else's repository, is never run.
    /// </summary>
    /// <param name="searchPath">Folders as PATH lists them; null for the PATH of this process.</param>
    public static string? Find(string? searchPath = null)
    {
        var name = OperatingSystem.IsWindows() ? "git.exe" : "git";
        searchPath ??= Environment.GetEnvironmentVariable("PATH") ?? "";
        return searchPath.Split(Path.PathSeparator)
            .Where(Path.IsPathFullyQualified)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(IsProgram);
    }

    private static bool IsProgram(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != 0);
    }
}
