using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>
/// Keeps the test actor the current one on whatever thread a test goes on after an await, so that what a test tells
/// has the test actor as its sender.
/// </summary>
internal sealed class AmbientActor(ActorCell cell) : SynchronizationContext
{
    /// <summary>Makes a cell (or none) the current one here and, by the synchronization context, after awaits.</summary>
    internal static void Use(ActorCell cell)
    {
        ActorCell.Current = cell;
        SetSynchronizationContext(new AmbientActor(cell));
    }

    public override void Post(SendOrPostCallback d, object state) =>
        ThreadPool.QueueUserWorkItem(_ => Run(d, state));

    public override void Send(SendOrPostCallback d, object state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => new AmbientActor(cell);

    private void Run(SendOrPostCallback d, object state)
    {
        var (cellBefore, contextBefore) = (ActorCell.Current, Current);
        Use(cell);
        try
        {
            d(state);
        }
        finally
        {
            ActorCell.Current = cellBefore;
            SetSynchronizationContext(contextBefore);
        }
    }
}
