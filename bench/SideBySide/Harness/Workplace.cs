namespace ActorSync.Bench.SideBySide.Harness;

/// <summary>A folder that the run works in, with a new one below it for every store. It goes when the run ends.</summary>
internal sealed class Workplace : IDisposable
{
    private readonly string _folder;
    private int _stores;

    public Workplace(string? below)
    {
        if (below is not null)
            Directory.CreateDirectory(below);
        _folder = Directory.CreateDirectory(Path.Combine(Path.GetFullPath(below ?? Path.GetTempPath()), $"actorsync-side-by-side-{Environment.ProcessId}")).FullName;
        FileSystem = new DriveInfo(_folder).DriveFormat;
    }

    public string FileSystem { get; }

    /// <summary>A name below the folder that nothing has yet.</summary>
    public string New(string what) => Path.Combine(_folder, $"{what}-{++_stores}");

    /// <summary>Gives the space of a store back before the run ends.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    public void Dispose() => Remove(_folder);
}
