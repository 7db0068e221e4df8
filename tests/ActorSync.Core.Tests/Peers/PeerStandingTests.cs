using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Core.Tests.Peers;

public sealed class PeerStandingTests
{
    private static readonly StandingSettings Settings = new() { StrikesMost = 3, ForgiveAfter = TimeSpan.FromSeconds(30), ShutOutFor = TimeSpan.FromMinutes(5) };

    private readonly PeerStanding _standing = new(Settings);

    [Fact]
    public void SoManyStrikesShutAPeerOutForAWhile()
    {
        Assert.False(_standing.Strike(At(0)));
        Assert.False(_standing.Strike(At(1)));
        Assert.True(_standing.Strike(At(2)));
        Assert.True(_standing.IsShutOut(At(2 + 299.9)));
        Assert.False(_standing.IsShutOut(At(2 + 300)));
        Assert.Equal(0, _standing.Strikes(At(302)));
    }

    [Fact]
    public void StrikesAreForgivenOneByOneSinceTheLastFault()
    {
        _standing.Strike(At(1000));
        _standing.Strike(At(1029));
        Assert.Equal(2, _standing.Strikes(At(1058.9)));
        Assert.Equal(1, _standing.Strikes(At(1059)));
        Assert.Equal(1, _standing.Strikes(At(1088.9)));
        Assert.Equal(0, _standing.Strikes(At(1089)));
    }

    [Fact]
    public void LookingAtTheStrikesForgivesNoneFasterOrSlower()
    {
        _standing.Strike(At(0));
        _standing.Strike(At(0));
        Assert.Equal(1, _standing.Strikes(At(45)));
        Assert.Equal(0, _standing.Strikes(At(60)));
    }

    [Fact]
    public void AForgivenPeerBeginsAnew()
    {
        _standing.Strike(At(0));
        _standing.Strike(At(0));
        Assert.False(_standing.Strike(At(3600)));
        Assert.Equal(1, _standing.Strikes(At(3600)));
    }

    [Theory]
    [InlineData(SyncErrorKind.MalformedPayload, true)]
    [InlineData(SyncErrorKind.UnknownVersion, true)]
    [InlineData(SyncErrorKind.UnknownType, true)]
    [InlineData(SyncErrorKind.LimitExceeded, true)]
    [InlineData(SyncErrorKind.WrongId, true)]
    [InlineData(SyncErrorKind.WrongMaxCut, true)]
    [InlineData(SyncErrorKind.Duplicate, true)]
    [InlineData(SyncErrorKind.InvalidCommand, true)]
    [InlineData(SyncErrorKind.MissingPrior, false)]
    [InlineData(SyncErrorKind.UnknownGraph, false)]
    [InlineData(SyncErrorKind.StoreFailed, false)]
    [InlineData(SyncErrorKind.Busy, false)]
    [InlineData(SyncErrorKind.Unreachable, false)]
    public void OnlyWhatAPeerDoesWrongIsItsFault(SyncErrorKind kind, bool isFault) => Assert.Equal(isFault, PeerStanding.IsFault(kind));

    private static MonotonicTime At(double seconds) => MonotonicTime.Zero + TimeSpan.FromSeconds(seconds);
}
