using ActorSync.Wire;

namespace ActorSync.Graphs.Index;

/// <summary>
/// Labels that settle most questions about who comes before whom at a glance. Every command lies on one of 16 strands,
/// and a joint knows the newest command of each strand that comes before it. What lies above that on its strand does
/// not come before the joint; what lies below it on the same chain does.
/// <para>
/// A chain is a way from child to child: the first that follows a chain's end goes on with it, of a merge's two priors
/// the one of the greater max cut. When a new chain begins and all strands are taken, it takes that of the chain that
/// grew longest ago: of two chains on one strand the labels may say nothing, never something wrong.
/// </para>
/// <para>
/// The commands where a chain begins or takes in another are joints; what follows on the chain has the labels of its newest.
/// A joint's labels are 16 varints: how many ordinals before the joint the newest command of the strand is, 0 when there
/// is none and for the joint's own strand. Most are near, so that they take about 20 bytes.
/// </para>
/// </summary>
internal sealed class Strands
{
    public const int Most = 16;

    private const int MostLabelBytes = Most * 5;

    private readonly Column<Joint> _joints = new(chunkBits: 11);
    private readonly Column<byte> _labels = new(chunkBits: 15);
    private readonly int[] _ends = new int[Most];

    public Strands() => Array.Fill(_ends, -1);

    /// <summary>Joints that are there.</summary>
    public int Count => _joints.Count;

    public ref Joint this[int number] => ref _joints[number];

    /// <summary>Bytes of all labels.</summary>
    public int LabelBytes => _labels.Count;

    /// <summary>Number of the first joint that is this command or comes after it; their count when none does.</summary>
    public int FirstFrom(int ordinal)
    {
        var (low, high) = (0, Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _joints[middle].First < ordinal ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    /// <summary>A command was added to a segment that lies behind this joint.</summary>
    public void Extend(int joint, int ordinal) => _ends[_joints[joint].Strand] = ordinal;

    /// <summary>The <see cref="Segment.Mark"/> of a segment that begins with this command, which may make it a joint.</summary>
    public int Begin(GraphIndex index, int left, int right, int dominator, int ordinal)
    {
        var next = left < 0 ? -1 : NextOf(index, left, right);
        if (next >= 0 && right < 0)
            return index.SegmentOf(next).Joint;
        Span<int> newest = stackalloc int[Most];
        newest.Fill(-1);
        if (left >= 0)
            Raise(index, left, newest);
        if (right >= 0)
            Raise(index, right, newest);
        var number = _joints.Count;
        var (chain, strand) = (number, _ends.IndexOf(_ends.Min()));
        if (next >= 0)
            (chain, strand) = (JointOf(index, next).Chain, JointOf(index, next).Strand);
        _joints.Add(new Joint(ordinal, right, dominator, chain, strand, _labels.Count));
        newest[strand] = -1;
        Write(newest, ordinal);
        return ~number;
    }

    /// <summary>Whether the command lies on the way to the other, whose ordinal is not lower; null when the labels do not say.</summary>
    public bool? IsAncestor(GraphIndex index, int ancestor, int descendant)
    {
        ref var from = ref JointOf(index, ancestor);
        ref var to = ref JointOf(index, descendant);
        var newest = to.Strand == from.Strand ? descendant : Newest(in to, from.Strand);
        if (newest < ancestor)
            return false;
        return JointOf(index, newest).Chain == from.Chain ? true : null;
    }

    /// <summary>Takes over joints that were kept, with the bytes of their labels.</summary>
    public void Restore(ReadOnlySpan<Joint> joints, ReadOnlySpan<byte> labels)
    {
        _joints.AddRange(joints);
        _labels.AddRange(labels);
    }

    /// <summary>The newest segments were cut, or some were restored.</summary>
    public void Settle(GraphIndex index)
    {
        var joints = 0;
        Array.Fill(_ends, -1);
        for (var at = 0; at < index.Count; at = index.EndOf(at) + 1)
        {
            var joint = index.SegmentOf(at).Joint;
            Extend(joint, index.EndOf(at));
            joints = Math.Max(joints, joint + 1);
        }
        _labels.Cut(LabelsEnd(joints));
        _joints.Cut(joints);
    }

    /// <summary>Where the labels of the first so many joints end.</summary>
    public int LabelsEnd(int joints)
    {
        var at = joints == 0 ? 0 : _joints[joints - 1].Labels;
        for (var strand = 0; joints > 0 && strand < Most; strand++)
            _ = Next(ref at);
        return at;
    }

    /// <summary>Whether a joint and its labels are the same there.</summary>
    public bool IsSame(Strands other, int joint)
    {
        if (_joints[joint] != other._joints[joint])
            return false;
        var (at, otherAt, isSame) = (_joints[joint].Labels, _joints[joint].Labels, true);
        for (var strand = 0; strand < Most; strand++)
            isSame &= Next(ref at) == other.Next(ref otherAt);
        return isSame;
    }

    public void CopyTo(int firstJoint, Span<Joint> joints) => _joints.CopyTo(firstJoint, joints);

    public void CopyLabelsTo(int from, Span<byte> labels) => _labels.CopyTo(from, labels);

    // The prior whose chain goes on, or -1.
    private int NextOf(GraphIndex index, int left, int right)
    {
        var (first, second) = right >= 0 && index.MaxCutOf(right) > index.MaxCutOf(left) ? (right, left) : (left, right);
        return IsEnd(index, first) ? first : second >= 0 && IsEnd(index, second) ? second : -1;
    }

    private bool IsEnd(GraphIndex index, int ordinal) => _ends[JointOf(index, ordinal).Strand] == ordinal;

    private ref Joint JointOf(GraphIndex index, int ordinal) => ref _joints[index.SegmentOf(ordinal).Joint];

    // To the newest of each strand that is the command or comes before it.
    private void Raise(GraphIndex index, int ordinal, Span<int> newest)
    {
        ref var joint = ref JointOf(index, ordinal);
        var at = joint.Labels;
        for (var strand = 0; strand < Most; strand++)
        {
            if (Next(ref at) is > 0 and var distance)
                newest[strand] = Math.Max(newest[strand], joint.First - distance);
        }
        newest[joint.Strand] = Math.Max(newest[joint.Strand], ordinal);
    }

    private int Newest(in Joint joint, int strand)
    {
        var at = joint.Labels;
        while (strand-- > 0)
            _ = Next(ref at);
        return Next(ref at) is > 0 and var distance ? joint.First - distance : -1;
    }

    private int Next(ref int at)
    {
        var (value, shift) = (0, 0);
        while (true)
        {
            var b = _labels[at++];
            value |= (b & 0x7f) << shift;
            if (b < 0x80)
                return value;
            shift += 7;
        }
    }

    private void Write(ReadOnlySpan<int> newest, int ordinal)
    {
        Span<byte> bytes = stackalloc byte[MostLabelBytes];
        var length = 0;
        foreach (var other in newest)
            length += Varint.Write(bytes[length..], other < 0 ? 0u : (uint)(ordinal - other));
        _labels.AddRange(bytes[..length]);
    }
}
