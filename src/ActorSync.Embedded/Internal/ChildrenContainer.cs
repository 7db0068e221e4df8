namespace Akka.Actor;

/// <summary>What a cell goes on with when the children that it waits for are dead.</summary>
internal enum AfterDying
{
    Nothing,
    Create,
    Recreate,
    Terminate,
}

/// <summary>The names, references and restart counts of an actor's children. Locked, because anybody may make a top-level actor.</summary>
internal sealed class ChildrenContainer
{
    /// <summary>The children of every actor that never had one.</summary>
    internal static readonly ChildrenContainer None = new();

    private ChildRestartStats _only; // while there is one child
    private Dictionary<string, ChildRestartStats> _byName; // once there were two
    private HashSet<LocalActorRef> _dying;
    private AfterDying _after;
    private Exception _cause;
    private bool _closed;
    private long _nextName;

    internal bool IsNormal
    {
        get { lock (this) return _after == AfterDying.Nothing && !_closed; }
    }

    internal bool IsTerminating
    {
        get { lock (this) return _after == AfterDying.Terminate || _closed; }
    }

    internal LocalActorRef Add(string name, Func<string, LocalActorRef> make)
    {
        lock (this)
        {
            if (_after == AfterDying.Terminate || _closed)
                throw new InvalidOperationException("Cannot create child while terminating or terminated");
            name ??= "$" + Base64Name(_nextName++);
            if (Lookup(name) is not null)
                throw new InvalidActorNameException($"Actor name \"{name}\" is not unique!");
            var child = make(name);
            Put(name, new ChildRestartStats(child));
            return child;
        }
    }

    internal LocalActorRef Find(string name)
    {
        lock (this)
            return Lookup(name)?.Child;
    }

    internal bool Contains(LocalActorRef child) => TryGetStats(child, out _);

    internal bool TryGetStats(LocalActorRef child, out ChildRestartStats stats)
    {
        lock (this)
        {
            stats = Lookup(child.Path.Name);
            return stats?.Child.Equals(child) == true;
        }
    }

    internal LocalActorRef[] Snapshot()
    {
        lock (this)
            return _byName is not null ? _byName.Values.Select(stats => stats.Child).ToArray() : _only is not null ? [_only.Child] : [];
    }

    internal void MarkDying(LocalActorRef child)
    {
        lock (this)
        {
            if (Lookup(child.Path.Name)?.Child.Equals(child) == true)
                (_dying ??= new HashSet<LocalActorRef>()).Add(child);
        }
    }

    /// <summary>Remembers what to do after the dying children; false when there are none and it is to be done now.</summary>
    internal bool AwaitDying(AfterDying after, Exception cause)
    {
        lock (this)
        {
            if (_dying is null or { Count: 0 })
                return false;
            (_after, _cause) = (after, cause);
            return true;
        }
    }

    /// <summary>Takes a dead child out and says what to do now, if it was the last one waited for.</summary>
    internal AfterDying Remove(LocalActorRef child, out Exception cause)
    {
        lock (this)
        {
            _byName?.Remove(child.Path.Name);
            if (_only?.Child.Equals(child) == true)
                _only = null;
            _dying?.Remove(child);
            cause = _cause;
            if (_dying is { Count: > 0 })
                return AfterDying.Nothing;
            var now = _after;
            (_after, _cause) = (AfterDying.Nothing, null);
            return now;
        }
    }

    internal void Close()
    {
        lock (this)
            _closed = true;
    }

    private ChildRestartStats Lookup(string name) =>
        _byName is not null ? _byName.GetValueOrDefault(name) : _only?.Child.Path.Name == name ? _only : null;

    private void Put(string name, ChildRestartStats child)
    {
        if (_byName is null && _only is null)
        {
            _only = child;
            return;
        }
        _byName ??= new Dictionary<string, ChildRestartStats> { [_only.Child.Path.Name] = _only };
        _only = null;
        _byName.Add(name, child);
    }

    private static string Base64Name(long number)
    {
        const string digits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";
        var name = string.Empty;
        do
        {
            name += digits[(int)(number & 63)];
            number >>= 6;
        }
        while (number > 0);
        return name;
    }
}

/// <summary>How often a child was restarted, within the window of its supervisor's strategy.</summary>
internal sealed class ChildRestartStats(LocalActorRef child)
{
    private int _restarts;
    private long _windowStart_ms = -1;

    internal LocalActorRef Child { get; } = child;

    /// <summary>Counts one more restart; negative limits mean none.</summary>
    internal bool RequestRestartPermission(int maxRetries, int window_ms)
    {
        if (maxRetries == 0)
            return false;
        if (window_ms <= 0)
            return maxRetries < 0 || ++_restarts <= maxRetries;
        var now_ms = Environment.TickCount64;
        if (_windowStart_ms < 0 || now_ms - _windowStart_ms > window_ms)
        {
            (_windowStart_ms, _restarts) = (now_ms, 1);
            return true;
        }
        return ++_restarts <= (maxRetries > 0 ? maxRetries : 1);
    }
}
