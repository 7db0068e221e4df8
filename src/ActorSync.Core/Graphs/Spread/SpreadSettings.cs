using ActorSync.Graphs.Hellos;

namespace ActorSync.Graphs.Spread;

/// <summary>How the commits of a graph spread through a mesh.</summary>
public sealed record SpreadSettings
{
    public static readonly SpreadSettings Default = new();

    /// <summary>
    /// Neighbours of each member, for <see cref="Overlay"/>: 2 to <see cref="Overlay.MostNeighbours"/>, the same at all
    /// members; an odd number counts as the next even one.
    /// </summary>
    public int Neighbours { get; init; } = 4;

    /// <summary>
    /// Neighbours at one time, beyond which nobody is taken as one who only asks for it. Those that the overlay names are
    /// always taken; while members come and go, those of before are kept beside them for <see cref="Linger"/>.
    /// </summary>
    public int NeighboursMost { get; init; } = 16;

    /// <summary>A neighbour that is not linked within this time counts as gone.</summary>
    public TimeSpan LinkWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What a lazy neighbour tells is polled for when it did not come otherwise within this time.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Each further lazy neighbour is given so much more: what the first one's poll brings, the others need not send.</summary>
    public TimeSpan PatienceStep { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>
    /// For so long after a neighbour was made eager or lazy it stays that, whatever it does itself meanwhile: else two that
    /// change their minds at the same time would follow each other for ever.
    /// </summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// So many pushes that bring nothing new make a neighbour lazy. Each time that it had to be made eager again doubles
    /// it, up to <see cref="ToleranceMost"/>, so that a link that one source needs and another does not is left alone
    /// after a while.
    /// </summary>
    public int Tolerance { get; init; } = 1;

    /// <summary>The most that the doubling grows to.</summary>
    public int ToleranceMost { get; init; } = 16;

    /// <summary>How long a neighbour is kept that the overlay names no more.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A member that is no neighbour is polled after such a time, drawn between half and one and a half of it.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A poll that brings nothing doubles the time to the next one, up to this; then there is none until something happens.</summary>
    public TimeSpan PollAtMost { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The same as <see cref="PollEvery"/>, once, when a neighbour is gone.</summary>
    public TimeSpan PollSoon { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// What to ask of lazy neighbours; eager ones are asked for as long. Both end with the link and begin anew with the
    /// next one, so that the time need not tell who lives: it is long, and an idle mesh has nothing to renew.
    /// </summary>
    public HelloTerms Hello { get; init; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromDays(30), TimeSpan.Zero);
}
