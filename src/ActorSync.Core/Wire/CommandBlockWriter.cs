using System.Buffers.Binary;
using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// Builds a <see cref="CommandBlock"/> command by command, up to a limit of bytes: what was added is at every moment
/// the longest prefix that fits. One writer may be used for block after block; it is not safe for several threads.
/// </summary>
public sealed class CommandBlockWriter
{
    private const int MaxHeader = 1 + 2 * (CommandId.Size + 5) + 5 + 5;

    private readonly WireLimits _limits;
    private readonly List<Address> _addresses = [];
    private readonly Dictionary<CommandId, int> _indexes = [];
    private byte[] _body = new byte[1024];
    private int _bodySize;
    private int _maxBytes;
    private uint _basic;
    private ulong _check;
    private bool _isShort;
    private Address? _follows;

    /// <param name="limits">The limits of commands in one message.</param>
    /// <param name="maxBytes">The most bytes that the block may take, count and check included.</param>
    public CommandBlockWriter(WireLimits limits, int maxBytes)
    {
        _limits = limits;
        _maxBytes = maxBytes;
    }

    /// <summary>Commands added.</summary>
    public int Count => _addresses.Count;

    /// <summary>Bytes that the block takes now, count and check included.</summary>
    public int Size => (int)SizeOf(Count, _bodySize);

    /// <summary>Begins a new block. Blocks made before stay as they are.</summary>
    /// <param name="maxBytes">The most bytes that the block may take, count and check included.</param>
    /// <param name="isShort">Whether it is a short block.</param>
    /// <param name="follows">Of a short block: the last command of the push before, when the reader is known to have it.</param>
    public void Reset(int maxBytes, bool isShort = false, Address? follows = null)
    {
        _maxBytes = maxBytes;
        (_isShort, _follows) = (isShort, follows);
        _addresses.Clear();
        _indexes.Clear();
        _bodySize = 0;
        _basic = 0;
        _check = 0;
    }

    /// <summary>
    /// Adds a command that is not in the block yet; those of its priors that are in the block were added before it.
    /// False, and nothing is added, when the block would take more bytes or commands than it may.
    /// </summary>
    public bool TryAdd(Command command)
    {
        Span<byte> header = stackalloc byte[MaxHeader];
        header = header[..WriteHeader(header, command)];
        var payload = command.Payload.Span;
        var bodySize = (long)_bodySize + header.Length + payload.Length;
        if (Count >= _limits.CommandsPerMessage || SizeOf(Count + 1, bodySize) > _maxBytes)
            return false;
        if (bodySize > _body.Length)
            Array.Resize(ref _body, (int)Math.Min(Math.Max(bodySize, 2L * _body.Length), Array.MaxLength));
        header.CopyTo(_body.AsSpan(_bodySize));
        payload.CopyTo(_body.AsSpan(_bodySize + header.Length));
        _bodySize = (int)bodySize;
        _addresses.Add(command.Address);
        _check ^= command.Id.Prefix;
        if (command.Priority.Kind == PriorityKind.Basic)
            _basic = command.Priority.Value;
        return true;
    }

    /// <summary>The block of what was added; the writer may go on, or begin anew.</summary>
    public CommandBlock ToBlock()
    {
        var bytes = new byte[Size];
        var at = Varint.Write(bytes, (uint)Count);
        _body.AsSpan(0, _bodySize).CopyTo(bytes.AsSpan(at));
        if (_isShort)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + _bodySize), (uint)(_check >> 32));
        else
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at + _bodySize), _check);
        return new CommandBlock(bytes, _isShort);
    }

    /// <summary>The limits of commands in one message.</summary>
    internal WireLimits Limits => _limits;

    private long SizeOf(int count, long body) => Varint.Size((uint)count) + body + CommandBlock.CheckSize(_isShort);

    private int WriteHeader(Span<byte> header, Command command)
    {
        var at = 1;
        var prior = WritePrior(header, ref at, command.Prior);
        var priority = PriorityFormOf(command.Priority);
        header[0] = (byte)((int)prior | (int)priority << 3);
        if (priority == PriorityForm.Basic)
            at += Varint.Write(header[at..], command.Priority.Value);
        if (command.PriorKind != PriorKind.Merge)
            at += Varint.Write(header[at..], (uint)command.Payload.Length);
        return at;
    }

    private PriorityForm PriorityFormOf(Priority priority) => priority.Kind switch
    {
        PriorityKind.Basic => priority.Value == _basic ? PriorityForm.SameBasic : PriorityForm.Basic,
        PriorityKind.Finalize => PriorityForm.Finalize,
        _ => PriorityForm.Implied,
    };

    private PriorForm WritePrior(Span<byte> header, ref int at, Prior prior)
    {
        if (prior.Kind == PriorKind.None)
            return PriorForm.None;
        var left = DistanceTo(prior.Left);
        if (prior.Kind == PriorKind.Single)
        {
            if (left == 1)
                return PriorForm.Previous;
            if (left == 0 && prior.Left == _follows)
                return PriorForm.Follows;
            WriteReference(header, ref at, left, prior.Left);
            return left > 0 ? PriorForm.Back : PriorForm.Explicit;
        }
        var right = DistanceTo(prior.Right);
        if (left > 0 || right == 0)
        {
            WriteReference(header, ref at, left, prior.Left);
            WriteReference(header, ref at, right, prior.Right);
        }
        else
        {
            WriteReference(header, ref at, right, prior.Right);
            WriteReference(header, ref at, left, prior.Left);
        }
        return (left > 0, right > 0) switch
        {
            (true, true) => PriorForm.MergeBackBack,
            (false, false) => PriorForm.MergeExplicitExplicit,
            _ => PriorForm.MergeBackExplicit,
        };
    }

    private static void WriteReference(Span<byte> header, ref int at, int distance, Address address)
    {
        if (distance > 0)
        {
            at += Varint.Write(header[at..], (uint)distance);
            return;
        }
        address.Id.CopyTo(header[at..]);
        at += CommandId.Size;
        at += Varint.Write(header[at..], (uint)address.MaxCut);
    }

    // How many commands back the address is; 0 when it is not in the block. In a linear run the first comparison
    // answers, so the ids are entered in the dictionary only when another prior is asked for.
    private int DistanceTo(Address address)
    {
        if (Count > 0 && _addresses[^1] == address)
            return 1;
        for (var i = _indexes.Count; i < Count; i++)
            _indexes[_addresses[i].Id] = i;
        return _indexes.TryGetValue(address.Id, out var index) && _addresses[index] == address ? Count - index : 0;
    }
}
