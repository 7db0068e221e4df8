namespace ActorSync.Graphs.Stores;

/// <summary>A graph whose facts are kept in snapshots, so that opening it does not evaluate it again.</summary>
public interface IFactKeeping
{
    /// <summary>Whether so much has changed since the last snapshot that another should be taken.</summary>
    bool IsSnapshotDue { get; }

    /// <summary>Whether one should be taken even while there is much else to do.</summary>
    bool IsSnapshotOverdue { get; }

    /// <summary>Whether a snapshot should be taken when nothing more will change: it need not be written anew for a few commands.</summary>
    bool IsLastSnapshotDue { get; }

    /// <summary>The facts as they are now, to be written elsewhere: little is copied. Null when they are not kept.</summary>
    FactSnapshot? TakeSnapshot();
}
