namespace ActorSync.Graphs.Index;

/// <summary>What a store keeps of some commands, so that they need not be read, hashed and checked again.</summary>
internal readonly ref struct KeptCommands
{
    /// <summary>Ids behind each other, 32 bytes each.</summary>
    public required ReadOnlySpan<byte> Ids { get; init; }

    /// <summary>Priorities of runs of commands, as many in all as there are ids.</summary>
    public required ReadOnlySpan<PriorityRun> Priorities { get; init; }

    /// <summary>Segments that begin with one of the commands.</summary>
    public required ReadOnlySpan<Segment> Segments { get; init; }

    /// <summary>Joints among the commands.</summary>
    public required ReadOnlySpan<Joint> Joints { get; init; }

    /// <summary>The joints' labels.</summary>
    public required ReadOnlySpan<byte> Labels { get; init; }
}

/// <summary>Commands behind each other that have one priority.</summary>
internal readonly record struct PriorityRun(int Commands, int Kind, uint Value)
{
    /// <summary>Whether there can be such commands.</summary>
    public bool IsSound => Commands > 0 && Kind is >= 0 and <= (int)PriorityKind.Init && (Value == 0 || Kind == (int)PriorityKind.Basic);
}

public sealed partial class GraphIndex
{
    /// <summary>
    /// Appends commands that follow each other and have one priority, whose ids and priors were checked when they were
    /// first added and kept since. Nothing is checked here: both priors are ordinals in the graph, -1 where there is none.
    /// </summary>
    /// <param name="left">The first command's prior, a merge's left.</param>
    /// <param name="right">A merge's right prior; else -1.</param>
    /// <param name="priority">Of each of them.</param>
    /// <param name="ids">The ids behind each other, 32 bytes each; at least one.</param>
    internal void Restore(int left, int right, Priority priority, ReadOnlySpan<byte> ids)
    {
        BeginRun(left, right);
        for (; ids.Length > 0; ids = ids[CommandId.Size..])
            Put(new CommandId(ids), priority);
        EndRun(left, right);
    }

    /// <summary>
    /// Appends commands as they stood in an index, behind all that stood before them there. False when they cannot have
    /// stood there. Once all are there, and before anything else, <see cref="Settle"/>.
    /// </summary>
    internal bool TryRestore(in KeptCommands kept)
    {
        var commands = kept.Ids.Length / CommandId.Size;
        if (!AreSound(kept.Segments, kept.Joints.Length, Count + commands) || !AreSound(kept.Joints, kept.Labels.Length, Count + commands) || !AreSound(kept.Priorities, commands))
            return false;
        _strands.Restore(kept.Joints, kept.Labels);
        foreach (ref readonly var segment in kept.Segments)
            _runs.Add(in segment);
        _runs.Cover(Count + commands - 1);
        for (var ids = kept.Ids; ids.Length > 0; ids = ids[CommandId.Size..])
            _ids.Add(new CommandId(ids));
        foreach (var run in kept.Priorities)
            _priorities.Add(Priority.Of((PriorityKind)run.Kind, run.Value), run.Commands);
        return true;
    }

    /// <summary>Finds what follows from the commands that were restored: the heads, and where each id stands.</summary>
    internal void Settle()
    {
        _table.Fill(Count);
        _strands.Settle(this);
        var followed = new ulong[Count / 64 + 1];
        for (var number = 0; number < _runs.Count; number++)
        {
            ref var segment = ref _runs[number];
            Follow(segment.Left);
            Follow(RightOf(in segment));
        }
        _heads.Clear();
        for (var at = 0; at < Count; at++)
        {
            at = EndOf(at);
            if ((followed[at / 64] & 1UL << at % 64) == 0)
                _heads.Add(at);
        }

        void Follow(int prior)
        {
            if (prior >= 0)
                followed[prior / 64] |= 1UL << prior % 64;
        }
    }

    /// <summary>The first command whose segment, joint or labels are not those of a longer index; -1 when there is none.</summary>
    internal int DifferenceFrom(GraphIndex longer)
    {
        for (var number = 0; number < Math.Min(_runs.Count, longer._runs.Count); number++)
        {
            ref var segment = ref _runs[number];
            if (segment != longer._runs[number] || (segment.IsJoint && !_strands.IsSame(longer._strands, segment.Joint)))
                return segment.First;
        }
        return -1;
    }

    // Every way back leads to lower ordinals, so that every walk ends; what is pointed at is there.
    private bool AreSound(ReadOnlySpan<Segment> segments, int joints, int end)
    {
        var (next, joint) = (Count, _strands.Count);
        foreach (ref readonly var segment in segments)
        {
            var isRoot = segment.First == 0 && segment.Left == -1 && segment.Skip == -1;
            var isBehind = segment.Left >= 0 && segment.Left < segment.First && segment.Skip >= 0 && segment.Skip < segment.First;
            if (segment.First < next || segment.First >= end || !(isRoot || isBehind) || segment.MaxCut < 0 || segment.Depth < 0 || (Count == 0 && next == 0 && segment.First != 0))
                return false;
            if (segment.IsJoint ? segment.Joint != joint++ : segment.Joint >= joint)
                return false;
            next = segment.First + 1;
        }
        return joint == _strands.Count + joints && (Count > 0 || segments.Length > 0);
    }

    private bool AreSound(ReadOnlySpan<Joint> joints, int labels, int end)
    {
        var number = _strands.Count;
        foreach (ref readonly var joint in joints)
        {
            var isSound = joint.First >= 0 && joint.First < end && joint.Right >= -1 && joint.Right < joint.First
                && joint.Dominator < Math.Max(joint.First, 0) && (joint.Dominator >= 0 || joint.First == 0)
                && joint.Chain >= 0 && joint.Chain <= number++ && joint.Strand is >= 0 and < Strands.Most
                && joint.Labels >= _strands.LabelBytes && joint.Labels < _strands.LabelBytes + labels;
            if (!isSound)
                return false;
        }
        return true;
    }

    private static bool AreSound(ReadOnlySpan<PriorityRun> runs, int commands)
    {
        long all = 0;
        foreach (var run in runs)
        {
            if (!run.IsSound)
                return false;
            all += run.Commands;
        }
        return all == commands;
    }
}
