#nullable enable

using Akka.Actor;

namespace Akka.Configuration;

/// <summary>A configuration that cannot be used: the message says what is wrong and where.</summary>
public class ConfigurationException : AkkaException
{
    /// <summary>An exception with a message for the operator.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message for the operator and its cause.</summary>
    public ConfigurationException(string message, Exception? exception)
        : base(message, exception)
    {
    }
}
