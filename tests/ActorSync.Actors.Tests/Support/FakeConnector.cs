using System.Threading.Channels;
using ActorSync.Peers;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A connector, and a listener, whose links a test makes.</summary>
internal sealed class FakeConnector : ILinkConnector, ILinkListener
{
    private readonly Channel<TaskCompletionSource<Result<ILink>>> _attempts = Channel.CreateUnbounded<TaskCompletionSource<Result<ILink>>>();
    private readonly Channel<ILink?> _accepted = Channel.CreateUnbounded<ILink?>();

    /// <summary>Attempts to connect that a test ends.</summary>
    public ChannelReader<TaskCompletionSource<Result<ILink>>> Attempts => _attempts.Reader;

    public string LocalName => "fake://here";

    public ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default)
    {
        if (endpoint == "nonsense")
            throw new ArgumentException("that is no endpoint");
        var attempt = new TaskCompletionSource<Result<ILink>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _attempts.Writer.TryWrite(attempt);
        return new ValueTask<Result<ILink>>(attempt.Task);
    }

    /// <summary>A peer makes a link; null closes the listener.</summary>
    public void Accept(ILink? link) => _accepted.Writer.TryWrite(link);

    public async ValueTask<ILink?> AcceptAsync(CancellationToken cancellation = default) => await _accepted.Reader.ReadAsync(cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
