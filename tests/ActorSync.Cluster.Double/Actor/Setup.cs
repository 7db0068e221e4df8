using System.Security.Cryptography.X509Certificates;
using Akka.Actor.Setup;
using Akka.Configuration;

namespace Akka.Actor.Setup
{
    /// <summary>A part of what an actor system is started with, told apart by its type.</summary>
    public abstract class Setup;

    public sealed class ActorSystemSetup
    {
        private readonly Setup[] _parts;

        private ActorSystemSetup(IEnumerable<Setup> parts) => _parts = [.. parts];

        internal Config Config => _parts.OfType<BootstrapSetup>().Last().Whole;

        public static ActorSystemSetup Create(params Setup[] setup) => new(setup);

        public ActorSystemSetup And<T>(T setup) where T : Setup => new(_parts.Append(setup));
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

    /// <summary>What types of the embedded engine lack. On Akka.NET these are their own members.</summary>
    public static class EngineInCluster
    {
        extension(ActorPath path)
        {
            public Address Address => Address.Parse(path.ToString());
        }

        extension(ActorSystem)
        {
            public static ActorSystem Create(string name, ActorSystemSetup setup) => Cluster.Double.ClusterNode.Start(name, setup.Config);
        }
    }
}

namespace Akka.Remote.Transport.DotNetty
{
    /// <summary>The certificate for remoting. It is taken, and nothing is done with it.</summary>
    public sealed class DotNettySslSetup(X509Certificate2 certificate, bool suppressValidation) : Setup
    {
        public X509Certificate2 Certificate { get; } = certificate;
        public bool SuppressValidation { get; } = suppressValidation;
    }
}
