using System.Runtime.CompilerServices;

namespace ActorSync.Testing.Tests.Scenarios;

/// <summary>The repository that this test was built in.</summary>
internal static class Repository
{
    public static string Root([CallerFilePath] string here = "")
    {
        // A build may map the sources elsewhere: then the tests run from below the repository.
        foreach (var start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (var folder = start; !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "ActorSync.sln")))
                    return folder;
            }
        }
        throw new DirectoryNotFoundException("there is no ActorSync.sln above the tests");
    }
}
