using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorSync.Node.Control;

/// <summary>The JSON of the control socket and of --json, its code generated at build time.</summary>
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(IReadOnlyList<GraphStatus>))]
[JsonSerializable(typeof(GraphCreated))]
[JsonSerializable(typeof(CommandAdded))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(GraphVersion))]
[JsonSerializable(typeof(FactEntry))]
[JsonSerializable(typeof(WeaveEntry))]
[JsonSerializable(typeof(SyncRequest))]
[JsonSerializable(typeof(ImportRequest))]
[JsonSerializable(typeof(WaitRequest))]
[JsonSerializable(typeof(PeerRequest))]
[JsonSerializable(typeof(MemberRequest))]
[JsonSerializable(typeof(MeshStatus))]
[JsonSerializable(typeof(PeerLinked))]
[JsonSerializable(typeof(HelloRequest))]
[JsonSerializable(typeof(PeerGraph))]
[JsonSerializable(typeof(IReadOnlyList<VerifyReport>))]
[JsonSerializable(typeof(IReadOnlyList<StoreFinding>))]
[JsonSerializable(typeof(SyncReport))]
[JsonSerializable(typeof(ImportReport))]
[JsonSerializable(typeof(WaitReport))]
[JsonSerializable(typeof(StreamLine<VerifyProgress, VerifyReport>))]
[JsonSerializable(typeof(StreamLine<SyncProgress, SyncReport>))]
[JsonSerializable(typeof(StreamLine<ImportProgress, ImportReport>))]
[JsonSerializable(typeof(StreamLine<WaitProgress, WaitReport>))]
[JsonSerializable(typeof(StateLine))]
[JsonSerializable(typeof(StateWrite))]
[JsonSerializable(typeof(StateWritten))]
[JsonSerializable(typeof(StateChanged))]
[JsonSerializable(typeof(IReadOnlyList<StateStatus>))]
[JsonSerializable(typeof(IReadOnlyList<ScenarioReport>))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(Demo.DemoReport))]
[JsonSerializable(typeof(Testing.Simulations.SimulationTotals))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(string))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>One line, for the socket.</summary>
    public static readonly ControlJson Line = new(Make(indented: false));

    /// <summary>Indented, for --json.</summary>
    public static readonly ControlJson Page = new(Make(indented: true));

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        WriteIndented = indented,
        NewLine = "\n",
        // The text goes to terminals and files, never into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<SyncErrorKind>() },
    };
}
