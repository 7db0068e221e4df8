using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;

namespace Akka.Actor.Setup
{
    public abstract class Setup;

    public sealed class ActorSystemSetup
    {
        private ActorSystemSetup(IEnumerable<Setup> parts) => Parts = [.. parts];

        internal Setup[] Parts { get; }

        public static ActorSystemSetup Create(params Setup[] setup) => new(setup);
        public ActorSystemSetup And<T>(T setup) where T : Setup => new(Parts.Append(setup));
    }
}

namespace Akka.Actor
{
    public sealed class BootstrapSetup : Setup.Setup
    {
        private BootstrapSetup(Config config) => Whole = config;

        internal Config Whole { get; }

        public static BootstrapSetup Create() => new(Config.Empty);
        public BootstrapSetup WithConfig(Config config) => new(config);
    }

    /// <summary>What types of the embedded engine lack: on Akka.NET these are members of their own.</summary>
    public static class EngineInCluster
    {
        extension(ActorPath path)
        {
            public Address Address => Address.Parse(path.ToString());
        }

        extension(ActorSystem)
        {
            public static ActorSystem Create(string name, ActorSystemSetup setup) => Cluster.Double.ClusterNode.Start(name, setup.Parts.OfType<BootstrapSetup>().Last().Whole);
        }
    }
}

namespace Akka.Remote.Transport.DotNetty
{
    /// <summary>The certificate for remoting. It is taken, and nothing is done with it.</summary>
    public sealed class DotNettySslSetup(X509Certificate2 certificate, bool suppressValidation) : Setup;
}
