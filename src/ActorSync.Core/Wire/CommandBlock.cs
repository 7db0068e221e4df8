using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// The commands of one message as they travel: priors implied or as references back where they can be, ids left out.
/// The bytes are decoded once, by whoever knows the graph and so how its ids are derived.
/// <code>
/// varint   commands
/// per command:
///   byte     tag: form of the prior (bits 0-2) and of the priority (bits 3-4); the other bits are 0
///   prior*   what the tag says: varint distance back (1 is the command before), or 32 bytes of id and varint max cut
///   varint   the number of a basic priority, when the tag says that it is given
///   varint   bytes of payload, and the payload; both are left out of a merge
/// 8 bytes  check: the first 8 bytes of the ids of all commands, XORed, the last of them first
/// </code>
/// A short block, of a <see cref="ShortPush"/>, has a check of 4 bytes, and one form of prior more: the last command of the push before.
/// </summary>
public sealed class CommandBlock(ReadOnlyMemory<byte> bytes, bool isShort = false)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Whether it is a short block.</summary>
    public bool IsShort { get; } = isShort;

    /// <summary>Bytes of the check at the end.</summary>
    internal static int CheckSize(bool isShort) => isShort ? sizeof(uint) : sizeof(ulong);

    /// <summary>
    /// Rebuilds the commands, in their order, and derives their ids. Whether the priors given by address are there, and
    /// at that max cut, is for the graph to say.
    /// </summary>
    /// <param name="limits">What is refused before anything is allocated for it.</param>
    /// <param name="identity">How the graph's ids are derived; the SHA-256 of the canonical bytes when null.</param>
    /// <param name="follows">Of a short block: the last command of the push before; null when that is not known.</param>
    /// <returns>
    /// The commands, or one error for the whole block: MalformedPayload, LimitExceeded (more commands than a message may hold), WrongMaxCut (a max cut over the
    /// greatest), InvalidCommand (a merge of a command with itself), Duplicate, WrongId when the check fails, or MissingPrior
    /// when a command follows the push before and that is not known.
    /// </returns>
    public Result<IReadOnlyList<Command>> Decode(WireLimits limits, ICommandIdentity? identity = null, Address? follows = null) =>
        new CommandBlockReader(limits, identity, IsShort, follows).Read(Bytes.Span);

    /// <summary>A block of these commands, whatever its size.</summary>
    public static CommandBlock Encode(IEnumerable<Command> commands) => Encode(commands, isShort: false, follows: null);

    /// <summary>A short block of these commands.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="follows">The last command of the push before, when the reader is known to have it.</param>
    public static CommandBlock EncodeShort(IEnumerable<Command> commands, Address? follows) => Encode(commands, isShort: true, follows);

    private static CommandBlock Encode(IEnumerable<Command> commands, bool isShort, Address? follows)
    {
        var writer = new CommandBlockWriter(new WireLimits { CommandsPerMessage = int.MaxValue }, 0);
        writer.Reset(int.MaxValue, isShort, follows);
        foreach (var command in commands)
            if (!writer.TryAdd(command))
                throw new ArgumentException("the commands take more than 2 GiB", nameof(commands));
        return writer.ToBlock();
    }
}
