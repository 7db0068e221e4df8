using ActorSync.Node.Configuration;
using Akka.Configuration;

namespace ActorSync.Node.Tests.Configuration;

/// <summary>Lists and texts that the engines' HOCON has its own ways with arrive as they were meant.</summary>
public sealed class HoconListsTests
{
    [Theory]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("[\n  # none yet\n]")]
    public void An_empty_list_is_one_however_it_is_written(string list)
    {
        var settings = SettingsReader.Read(ConfigurationFactory.ParseString($$"""
            actorsync {
              peers = {{list}}
              mesh { advertise = {{list}} }
              states { share = {{list}}, http = {{list}}, seeds = {{list}} }
              sync.graph.policies = {{list}}
            }
            """)).Value;

        Assert.Empty(settings.Peers);
        Assert.Empty(settings.Mesh.Advertise);
        Assert.Empty(settings.States.Share);
        Assert.Empty(settings.States.Http);
        Assert.Empty(settings.States.Seeds);
    }

    [Fact]
    public void A_comma_too_many_names_nobody()
    {
        var settings = SettingsReader.Read(ConfigurationFactory.ParseString("actorsync.peers = [{ endpoint = \"127.0.0.1:7401\" },, { endpoint = \"127.0.0.1:7402\" }]")).Value;

        Assert.Equal(["tcp://127.0.0.1:7401", "tcp://127.0.0.1:7402"], settings.Peers.Select(peer => peer.Endpoint.ToString()));
    }

    [Fact]
    public void What_is_handed_on_as_text_is_what_was_written()
    {
        var given = ConfigurationFactory.ParseString("""
            a { t = "x, y # {z} = \"1\" \\ ${a}", n = null, e = [], l = ["a,b", [1, { "k.l" = "m n" }]], "p.q" = 5s, none = ""  }
            """);
        var again = ConfigurationFactory.ParseString(HoconLines.Of(given, "a"));

        Assert.Equal("x, y # {z} = \"1\" \\ ${a}", again.GetString("a.t"));
        Assert.True(again.HasPath("a.n"));
        Assert.Null(again.GetString("a.n"));
        Assert.Empty(again.GetStringList("a.e"));
        Assert.False(again.GetValue("a.e")!.IsString());
        Assert.Equal("a,b", again.GetStringList("a.l")[0]);
        Assert.Equal("m n", again.GetValue("a.l")!.GetArray()[1].GetArray()[1].GetObject()!.GetKey("k.l")!.GetString());
        Assert.Equal(TimeSpan.FromSeconds(5), again.GetTimeSpan("a.\"p.q\""));
        Assert.Equal("", again.GetString("a.none"));
    }
}
