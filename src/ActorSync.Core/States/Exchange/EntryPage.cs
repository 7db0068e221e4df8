using ActorSync.Wire;

namespace ActorSync.States.Exchange;

/// <summary>Entries that fit into one payload, which is filled to less, or with fewer, if that is said.</summary>
internal sealed class EntryPage(int maxPayloadBytes, int fillBytes, int mostEntries = WireLimits.StateEntriesPerMessage)
{
    // Fingerprints of 8 bytes that fill a request make an answer begin with so many bits.
    private const int RequestBytesPerBit = 64;

    private readonly List<StateEntry> _entries = [];
    private int _room = Math.Min(maxPayloadBytes, fillBytes) - StateCodec.MostOverhead;
    private readonly int _mostEntries = Math.Min(mostEntries, WireLimits.StateEntriesPerMessage);
    private int _most = maxPayloadBytes - StateCodec.MostOverhead;

    public IReadOnlyList<StateEntry> Entries => _entries;

    /// <summary>Whether an entry may not fit into a payload of this size, be it the only one.</summary>
    public bool IsTooLarge(StateEntry entry) => entry.Bytes.Length > maxPayloadBytes - maxPayloadBytes / RequestBytesPerBit - StateCodec.MostOverhead;

    /// <summary>Takes an entry in, if it has room.</summary>
    public bool TryAdd(StateEntry entry)
    {
        if (entry.Bytes.Length > (_entries.Count == 0 ? _most : _room) || _entries.Count == _mostEntries)
            return false;
        _room -= entry.Bytes.Length;
        _entries.Add(entry);
        return true;
    }

    /// <summary>Keeps room for something else.</summary>
    public void Reserve(int bytes)
    {
        _room -= bytes;
        _most -= bytes;
    }
}
