using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// A message between actors of one node. It may hold what no other node could make use of, such as a version of a graph or
/// the other end of a link, and never crosses: an engine that serializes all messages to try them passes it over.
/// </summary>
public interface ILocalMessage : INoSerializationVerificationNeeded;
