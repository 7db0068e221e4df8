#nullable enable

namespace Akka.Actor;

/// <summary>The base of every exception that the engine itself throws.</summary>
public abstract class AkkaException : Exception
{
    /// <summary>An exception without a message.</summary>
    protected AkkaException()
    {
    }

    /// <summary>An exception with a message and, where there is one, its cause.</summary>
    protected AkkaException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>The exception that caused this one, or null.</summary>
    protected Exception? Cause => InnerException;
}
