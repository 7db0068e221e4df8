using System.Diagnostics.CodeAnalysis;

namespace ActorSync;

/// <summary>A value, or the error that stands in its place.</summary>
public readonly struct Result<T>
{
    private readonly T? _value;

    /// <summary>A value; for a type that is an interface, which does not convert by itself.</summary>
    public Result(T value)
        : this(value, null)
    {
    }

    private Result(T? value, SyncError? error)
    {
        _value = value;
        Error = error;
    }

    public SyncError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="SyncException">There is an error in its place.</exception>
    public T Value => Error is null ? _value! : throw new SyncException(Error);

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out SyncError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(SyncError error) => new(default, error);
}
