namespace ActorSync;

/// <summary>Where a running node speaks of a shared state over HTTP.</summary>
/// <param name="State">The state.</param>
/// <param name="Serves">Whom: <c>application</c> or <c>exchange</c>.</param>
/// <param name="Address">Where, with the port that it got.</param>
/// <param name="Connections">Connections that are open.</param>
/// <param name="MaximumConnections">How many may be (<c>actorsync.states.connections</c>).</param>
/// <param name="Refused">How many were turned away since the start, as no more may be open.</param>
public sealed record HttpEndpointStatus(string State, string Serves, Uri Address, int Connections, int MaximumConnections, long Refused);
