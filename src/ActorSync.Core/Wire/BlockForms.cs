namespace ActorSync.Wire;

/// <summary>How a block gives a command's prior: bits 0 to 2 of the command's tag.</summary>
internal enum PriorForm : byte
{
    /// <summary>No prior: an init command.</summary>
    None = 0,

    /// <summary>The command before this one in the block.</summary>
    Previous = 1,

    /// <summary>A command of the block: a varint says how many commands back.</summary>
    Back = 2,

    /// <summary>An address.</summary>
    Explicit = 3,

    /// <summary>A merge of two commands of the block.</summary>
    MergeBackBack = 4,

    /// <summary>A merge of a command of the block and an address, in this order.</summary>
    MergeBackExplicit = 5,

    /// <summary>A merge of two addresses.</summary>
    MergeExplicitExplicit = 6,

    /// <summary>The last command of the push before: of a short block alone.</summary>
    Follows = 7,
}

/// <summary>How a block gives a command's priority: bits 3 and 4 of the command's tag. The bits above are 0.</summary>
internal enum PriorityForm : byte
{
    /// <summary>It follows from the prior: an init command or a merge.</summary>
    Implied = 0,

    /// <summary>The basic priority that was given last in this block; 0 before any was given.</summary>
    SameBasic = 1,

    /// <summary>A basic priority: a varint.</summary>
    Basic = 2,

    Finalize = 3,
}
