using ActorSync.Actors;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench.Engines;

/// <summary>Nodes of this process that hold their graphs in memory, with links over TCP on loopback: no disk is measured.</summary>
internal static class Nodes
{
    public static ISyncNode Start(uint number) => SyncNode.Start(new SyncNodeOptions
    {
        Store = new MemoryNodeStore(new PeerIdentity(new NodeId(number), new InstanceId(1))),
        Connector = new TcpLinkConnector(),
        Listen = TcpLinkListener.At("127.0.0.1:0"),
        Settings = new SyncSettings(),
    }).Value;
}
