namespace ActorSync.Storage;

/// <summary>What the repairs of graphs and of states share.</summary>
/// <param name="Settings">The store.</param>
/// <param name="Files">The file layer.</param>
/// <param name="Node">Who the node is.</param>
/// <param name="Catalog">What the store holds.</param>
/// <param name="IsRepairing">Whether damage is taken out; else nothing is changed.</param>
/// <param name="Progress">Hears how far it is.</param>
internal sealed record RepairWork(StoreSettings Settings, IFileSystem Files, RepairedNode Node, StoreCatalog Catalog, bool IsRepairing, IProgress<RepairProgress>? Progress)
{
    /// <summary>What is known of the end of a log in its place.</summary>
    public ExpectedEnd ExpectedOf(CatalogEntry? entry) => new(Node.WasClosed, entry?.End ?? default);

    public IProgress<VerifyProgress> ProgressOf(string what) => new Named(what, Progress);

    /// <summary>The note that what was damaged is set aside.</summary>
    public static LossNote NoteOf(string? damagedFile, long offset)
    {
        var isNumber = uint.TryParse(Path.GetFileNameWithoutExtension(damagedFile), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var segment);
        return new LossNote(true, isNumber ? segment : 0, offset);
    }

    public LogOptions OptionsOf(string folder, LogKind kind, WriterPool? writers = null) => new()
    {
        Files = Files,
        Writers = writers!,
        Folder = folder,
        Kind = kind,
        SegmentBytes = Settings.SegmentBytes,
        IsReplaceable = kind == LogKind.State,
    };

    private sealed class Named(string what, IProgress<RepairProgress>? progress) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => progress?.Report(new RepairProgress(what, value));
    }
}
