using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Peers;

namespace ActorSync.Transport.Tls;

/// <summary>
/// The nodes that a certificate names: alternative names of the kind URI that read "actorsync:node:" and the 32 digits of
/// the node id.
/// </summary>
public static class NodeNames
{
    /// <summary>What such a name begins with.</summary>
    public const string Prefix = "actorsync:node:";

    private const string AlternativeNames = "2.5.29.17";

    // GeneralName ::= CHOICE { ..., uniformResourceIdentifier [6] IA5String, ... }, RFC 5280, 4.2.1.6.
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The name of a node, to be put into a certificate.</summary>
    public static Uri Of(NodeId node) => new(Prefix + node);

    /// <summary>Whom a certificate names; none for one that can be any node's. The error says what cannot be read.</summary>
    public static Result<IReadOnlyList<NodeId>> In(X509Certificate2 certificate)
    {
        var nodes = new List<NodeId>();
        try
        {
            foreach (var extension in certificate.Extensions.Where(extension => extension.Oid?.Value == AlternativeNames))
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    if (!names.PeekTag().HasSameClassAndValue(Uri))
                        names.ReadEncodedValue();
                    else if (names.ReadCharacterString(UniversalTagNumber.IA5String, Uri) is var name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
                        nodes.Add(NodeId.TryParse(name[Prefix.Length..], out var node) ? node : throw new CryptographicException($"'{name}' names no node"));
                }
            }
            return nodes;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return new SyncError(SyncErrorKind.NotAllowed, $"the alternative names of the certificate cannot be read: {e.Message}");
        }
    }
}
