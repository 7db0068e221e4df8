#nullable enable

using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>
/// An immutable tree of settings read from HOCON. A path is its keys joined by dots; a key that holds a dot is quoted.
/// A getter returns its default where the path is absent and throws <see cref="FormatException"/> (for a boolean
/// <see cref="NotSupportedException"/>, as Akka.NET does) where the value does not fit.
/// </summary>
public class Config
{
    /// <summary>A configuration without any key.</summary>
    public static readonly Config Empty = new();

    /// <summary>A configuration of parsed HOCON.</summary>
    public Config(HoconRoot root) => Root = (root ?? throw new ArgumentNullException(nameof(root))).Value;

    private Config() => Root = HoconValue.Of(new HoconObject());

    /// <summary>Whether there is no key at all.</summary>
    public virtual bool IsEmpty => Root.IsEmpty;

    /// <summary>The tree, fallbacks merged in.</summary>
    public virtual HoconValue Root { get; }

    /// <summary>Text as HOCON.</summary>
    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    /// <summary>on, off, true or false.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Get(path, @default, v => v.GetBoolean());

    /// <summary>A size in bytes (<c>64KiB</c>, <c>1MB</c>, <c>128k</c>), or null where the path is absent: MB is 1000², M, Mi and MiB are 1024².</summary>
    public virtual long? GetByteSize(string path) => Get(path, null, v => v.GetByteSize());

    /// <summary>A whole number.</summary>
    public virtual int GetInt(string path, int @default = 0) => Get(path, @default, v => v.GetInt());

    /// <summary>A text, trimmed; null for <c>null</c>, an object or an array.</summary>
    public virtual string? GetString(string path, string? @default = null) => Get(path, @default, v => v.GetString());

    /// <summary>A number.</summary>
    public virtual double GetDouble(string path, double @default = 0) => Get(path, @default, v => v.GetDouble());

    /// <summary>A duration: <c>30s</c>, <c>500 ms</c>, a bare number of milliseconds, or <c>infinite</c> for <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Get(path, @default.GetValueOrDefault(), v => v.GetTimeSpan(allowInfinite));

    /// <summary>The texts of an array; empty where the path is absent.</summary>
    public virtual IList<string> GetStringList(string path) => Get<IList<string>>(path, [], v => v.GetStringList());

    /// <summary>The part of the tree under a path, or null where the path is absent.</summary>
    public virtual Config? GetConfig(string path) => GetValue(path) is { } value ? new Config(new HoconRoot(value)) : null;

    /// <summary>The value at a path, or null where the path is absent.</summary>
    public HoconValue? GetValue(string path) => Root.At(HoconPath.Split(path));

    /// <summary>Whether the path has a value.</summary>
    public virtual bool HasPath(string path) => GetValue(path) is not null;

    /// <summary>This configuration where it says something, the fallback elsewhere; objects are merged key by key.</summary>
    /// <exception cref="ArgumentException">The fallback is this configuration itself.</exception>
    public virtual Config WithFallback(Config? fallback)
    {
        if (fallback == this)
            throw new ArgumentException("A configuration cannot be its own fallback.", nameof(fallback));
        if (fallback is null)
            return this;
        if (IsEmpty)
            return fallback;
        if (Root.GetObject() is not { } mine || fallback.Root.GetObject() is not { } theirs)
            return this;
        return new Config(new HoconRoot(HoconValue.Of(theirs.MergedWith(mine))));
    }

    private T Get<T>(string path, T @default, Func<HoconValue, T> read)
    {
        if (GetValue(path) is not { } value)
            return @default;
        try
        {
            return read(value);
        }
        catch (NotSupportedException e)
        {
            throw new NotSupportedException($"{path} = {value}: {e.Message}", e);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw new FormatException($"{path} = {value}: {e.Message}", e);
        }
    }
}
