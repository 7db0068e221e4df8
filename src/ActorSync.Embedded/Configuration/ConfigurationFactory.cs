#nullable enable

using System.Reflection;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Makes a <see cref="Config"/> out of HOCON text or of a resource embedded in an assembly.</summary>
public class ConfigurationFactory
{
    /// <summary>A configuration without any key.</summary>
    public static Config Empty => ParseString("");

    /// <summary>Parses HOCON text that includes no files; <see cref="ParseString(string, Func{string, HoconRoot})"/> says what it throws.</summary>
    public static Config ParseString(string hocon) => ParseString(hocon, null);

    /// <summary>Parses HOCON text.</summary>
    /// <param name="hocon">The text.</param>
    /// <param name="includeCallback">Given the name after <c>include</c>, returns what that file holds.</param>
    /// <exception cref="FormatException">The text is not HOCON; the message names line, column and what was expected.</exception>
    /// <exception cref="ConfigurationException">An unquoted text holds '=' or ':', or the text includes a file that cannot be.</exception>
    public static Config ParseString(string hocon, Func<string, HoconRoot>? includeCallback) =>
        new(Parser.Parse(hocon, includeCallback));

    /// <summary>Parses a text resource of the assembly that holds <typeparamref name="TAssembly"/>.</summary>
    /// <param name="resourceName">The resource's full name, such as <c>Company.Product.reference.conf</c>.</param>
    public static Config FromResource<TAssembly>(string resourceName) =>
        FromResource(resourceName, typeof(TAssembly).Assembly);

    /// <summary>Parses a text resource of an assembly.</summary>
    /// <param name="resourceName">The resource's full name, such as <c>Company.Product.reference.conf</c>.</param>
    /// <param name="assembly">The assembly that embeds it.</param>
    /// <exception cref="ConfigurationException">The assembly has no such resource.</exception>
    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"{assembly.GetName().Name} has no resource named {resourceName}.");
        using var reader = new StreamReader(stream);
        return ParseString(reader.ReadToEnd());
    }
}
