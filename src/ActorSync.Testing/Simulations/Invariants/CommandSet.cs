using System.Numerics;

namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>A set of commands of one graph, by the numbers that the simulation gave them.</summary>
internal sealed class CommandSet
{
    private ulong[] _bits = [];

    public CommandSet()
    {
    }

    public CommandSet(CommandSet other) => _bits = [.. other._bits];

    public int Count => _bits.Sum(bits => BitOperations.PopCount(bits));

    public bool Has(int number) => number >= 0 && number >> 6 < _bits.Length && (_bits[number >> 6] >> number & 1) != 0;

    public void Add(int number)
    {
        Grow((number >> 6) + 1);
        _bits[number >> 6] |= 1UL << number;
    }

    public void AddAll(CommandSet other)
    {
        Grow(other._bits.Length);
        for (var i = 0; i < other._bits.Length; i++)
            _bits[i] |= other._bits[i];
    }

    /// <summary>A command that is here and not in the other; -1 when there is none.</summary>
    public int FirstNotIn(CommandSet other)
    {
        for (var i = 0; i < _bits.Length; i++)
        {
            var left = _bits[i] & ~(i < other._bits.Length ? other._bits[i] : 0);
            if (left != 0)
                return (i << 6) + BitOperations.TrailingZeroCount(left);
        }
        return -1;
    }

    public void Clear() => Array.Clear(_bits);

    private void Grow(int words)
    {
        if (_bits.Length < words)
            Array.Resize(ref _bits, Math.Max(words, 2 * _bits.Length));
    }
}
