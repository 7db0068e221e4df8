using System.Buffers.Binary;
using System.Text;

namespace ActorSync.Transport.Framing;

/// <summary>
/// The last frame of an end that will not go on: why, for the other end's log. After the byte that names the control
/// frame: the kind of the error (u16, little-endian) and a sentence in UTF-8 to the end of the frame.
/// </summary>
internal static class Refusal
{
    /// <summary>The longest sentence, in characters; longer ones are cut.</summary>
    public const int MaxSentenceChars = 300;

    /// <summary>The body of the frame, without the byte that names it.</summary>
    public static byte[] Write(SyncError error)
    {
        var sentence = error.Message.Length <= MaxSentenceChars ? error.Message : error.Message[..MaxSentenceChars];
        var body = new byte[2 + Encoding.UTF8.GetByteCount(sentence)];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)error.Kind);
        Encoding.UTF8.GetBytes(sentence, body.AsSpan(2));
        return body;
    }

    /// <summary>The error as this end reports it. The sentence is the peer's: it is cut and stripped before it meets a log.</summary>
    public static SyncError Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < 2)
            return new SyncError(SyncErrorKind.MalformedPayload, "the other end refused the link with a refusal that is cut short");
        var kind = (SyncErrorKind)BinaryPrimitives.ReadUInt16LittleEndian(body);
        var sentence = Clean(Encoding.UTF8.GetString(body[2..]));
        return new SyncError(Enum.IsDefined(kind) ? kind : SyncErrorKind.Unreachable, $"the other end refused the link: {sentence}");
    }

    private static string Clean(string sentence)
    {
        var kept = sentence.Length <= MaxSentenceChars ? sentence : sentence[..MaxSentenceChars];
        return string.Create(kept.Length, kept, (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) || from[i] is '\u2028' or '\u2029' ? '?' : from[i];
        });
    }
}
