using System.Reflection;
using System.Reflection.Emit;
using Akka.Actor;

namespace ActorSync.Tests;

/// <summary>
/// The types of all messages that the actors of an assembly handle, or wait for as an answer: what they name when they call
/// <c>Receive</c> and <c>Ask</c>, or look whether a message is one, found in their code.
/// </summary>
internal static class HandledMessages
{
    private static readonly string[] Takers = ["Receive", "Ask", "AskAsync", "AskAllAsync"];

    private static readonly Dictionary<short, OpCode> Codes =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IReadOnlyList<Type> Of(Assembly assembly) =>
        [.. assembly.GetTypes().SelectMany(MethodsOf).SelectMany(NamedIn).Distinct().OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Whether it is one of ours that stays within a node, or one of the engine's, which has its own way to cross.</summary>
    public static bool IsInOrder(Type message) =>
        typeof(INoSerializationVerificationNeeded).IsAssignableFrom(message)
        || message.FullName!.StartsWith("Akka.", StringComparison.Ordinal)
        || (message.IsInterface || message.IsAbstract) && message.Assembly.GetTypes().Where(type => type != message && message.IsAssignableFrom(type)).All(IsInOrder);

    private static IEnumerable<MethodBase> MethodsOf(Type type)
    {
        const BindingFlags all = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        return [.. type.GetMethods(all), .. type.GetConstructors(all)];
    }

    private static bool TakesAny(MethodBase method) =>
        typeof(UntypedActor).IsAssignableFrom(method.DeclaringType) && method.GetParameters() is [{ ParameterType: var message }] && message == typeof(object);

    private static IEnumerable<Type> TakenBy(MethodBase called) =>
        called is MethodInfo { IsGenericMethod: true } method && Takers.Contains(method.Name) ? method.GetGenericArguments().Where(type => !type.IsGenericParameter) : [];

    private static IEnumerable<Type> NamedIn(MethodBase method)
    {
        var (ofType, ofMethod) = (method.DeclaringType!.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var (first, length) = (code[at], 1);
            var value = first == 0xFE ? unchecked((short)(first << 8 | code[at + length++])) : first;
            var operation = Codes[value];
            at += length;
            if (operation.OperandType == OperandType.InlineMethod)
            {
                foreach (var type in TakenBy(method.Module.ResolveMethod(BitConverter.ToInt32(code, at), ofType, ofMethod)!))
                    yield return type;
            }
            else if (operation == OpCodes.Isinst && TakesAny(method))
            {
                yield return method.Module.ResolveType(BitConverter.ToInt32(code, at), ofType, ofMethod);
            }
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }
}
