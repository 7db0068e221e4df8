namespace ActorSync.Node.Tests.Fakes;

/// <summary>The repository's folder.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "ActorSync.sln")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
