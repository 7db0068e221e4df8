namespace ActorSync.Node.Tests.Fakes;

/// <summary>Files that hold what an output must be.</summary>
internal static class Golden
{
    public static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, "tests", "ActorSync.Node.Tests", "golden", name));
}
