using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ActorSync.Graphs;

/// <summary>
/// SHA-256 of the few hundred bytes of a command. The framework's call looks its algorithm up and makes a context each
/// time, which takes several times as long as the hash; where the machine has the OpenSSL that the framework itself uses,
/// its three bare functions are called over a context on the stack. Everywhere else the framework's call does it.
/// </summary>
internal static unsafe class BareSha256
{
    /// <summary>Bytes above which the hash is what takes the time, and the garbage collector would have to wait for it.</summary>
    private const int MostBytes = 4096;

    /// <summary>The context is 112 bytes in every version of OpenSSL.</summary>
    private const int ContextBytes = 128;

    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int> Init;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nint, int> Update;
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int> Final;

    static BareSha256()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libcrypto.so.3", out var library)
            || !NativeLibrary.TryGetExport(library, "SHA256_Init", out var init)
            || !NativeLibrary.TryGetExport(library, "SHA256_Update", out var update)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out var final))
            return;
        Init = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, int>)init;
        Update = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, nint, int>)update;
        Final = (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, byte*, int>)final;
        IsBare = AgreesWithFramework();
    }

    /// <summary>Whether the bare functions are used.</summary>
    public static bool IsBare { get; }

    /// <summary>Writes the 32 bytes of the hash.</summary>
    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        if (!IsBare || bytes.Length > MostBytes || !TryHash(bytes, hash))
            SHA256.HashData(bytes, hash);
    }

    private static bool TryHash(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hash.Length, CommandId.Size);
        var context = stackalloc byte[ContextBytes];
        fixed (byte* from = bytes)
        fixed (byte* to = hash)
            return Init(context) == 1 && Update(context, from, bytes.Length) == 1 && Final(to, context) == 1;
    }

    // An OpenSSL that was built without these functions, or with others of their names, is not trusted.
    private static bool AgreesWithFramework()
    {
        Span<byte> bare = stackalloc byte[CommandId.Size];
        Span<byte> framework = stackalloc byte[CommandId.Size];
        foreach (var length in (int[])[0, 1, 55, 56, 64, 1000])
        {
            var bytes = new byte[length];
            bytes.AsSpan().Fill((byte)length);
            SHA256.HashData(bytes, framework);
            if (!TryHash(bytes, bare) || !bare.SequenceEqual(framework))
                return false;
        }
        return true;
    }
}
