using System.Runtime.InteropServices;

namespace ActorSync.Node.Hosting;

/// <summary>
/// Ctrl-C, SIGTERM and SIGHUP (the terminal is gone): the first asks to stop in good order, the second ends the process at once.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Action _end;
    private int _heard;

    /// <param name="end">Ends the process.</param>
    public StopSignals(Action end)
    {
        _end = end;
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Listens to the signals of this process.</summary>
    public StopSignals Register()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Hear();
            }));
        }
        return this;
    }

    /// <summary>One signal came.</summary>
    public void Hear()
    {
        if (Interlocked.Increment(ref _heard) == 1)
            _first.Cancel();
        else
            _end();
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _first.Dispose();
    }
}
