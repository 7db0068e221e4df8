using System.Reflection;
using System.Runtime.CompilerServices;

namespace ActorSync.Engine.Tests.Api;

/// <summary>
/// The public surface of assemblies, one line for each type and each public or protected member. A member answers for
/// several lines, the first the fullest: whoever compiles against a lesser one compiles against the member as well (a
/// property with a setter serves who only reads it, an optional parameter who leaves it out).
/// </summary>
internal static class ApiListing
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The lines of everything that the assemblies themselves declare.</summary>
    public static IEnumerable<string> Of(params Assembly[] assemblies) => assemblies
        .SelectMany(a => a.GetExportedTypes())
        .SelectMany(t => MembersOf(t).Select(m => $"{TypeNames.Of(t)}: {Ways(m)[0]}").Prepend(TypeLine(t) + Bases(t)))
        .Distinct()
        .Order(StringComparer.Ordinal);

    /// <summary>Every line that a type can answer for, inherited members included.</summary>
    public static IEnumerable<string> AnsweredBy(Type type)
    {
        var members = Lineage(type).SelectMany(MembersOf).SelectMany(Ways).Select(way => $"{TypeNames.Of(type)}: {way}");
        var bases = Lineage(type).Concat(type.GetInterfaces()).Where(t => t != type).Select(TypeNames.Of);
        return members.Append(TypeLine(type)).Concat(bases.Select(b => $"{TypeLine(type)} extends {b}"));
    }

    /// <summary>A line with several bases, taken apart: one line for each.</summary>
    public static IEnumerable<string> TakeApart(string line)
    {
        if (line.Split(" extends ") is not [var type, var bases])
            return [line];
        return bases.Split(" & ").Select(b => $"{type} extends {b}");
    }

    private static IEnumerable<Type> Lineage(Type type)
    {
        for (var at = type; at is not null; at = at.BaseType)
            yield return at;
        if (type.IsInterface)
        {
            foreach (var inherited in type.GetInterfaces())
                yield return inherited;
        }
    }

    private static string TypeLine(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
            return $"delegate {MethodWays(type.GetMethod("Invoke")!, TypeNames.Of(type)).First()}";
        var kind = type.IsInterface ? "interface"
            : type.IsEnum ? "enum"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class" : "class";
        return $"{kind} {TypeNames.Of(type)}{TypeNames.Constraints(type.GetGenericArguments())}";
    }

    private static string Bases(Type type)
    {
        if (type.IsEnum || type.IsSubclassOf(typeof(Delegate)))
            return "";
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces().Except(inherited).Where(i => i.IsVisible).Select(TypeNames.Of).Order(StringComparer.Ordinal);
        if (type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType))
            bases = bases.Prepend(TypeNames.Of(b)).Order(StringComparer.Ordinal);
        var text = string.Join(" & ", bases);
        return text.Length == 0 ? "" : " extends " + text;
    }

    private static IEnumerable<MemberInfo> MembersOf(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
            return [];
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static);
        return type.GetMembers(Declared).Where(m => !m.Name.Contains('<', StringComparison.Ordinal) && m switch
        {
            FieldInfo f => f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly,
            ConstructorInfo c => IsVisible(c) && !c.IsStatic,
            MethodInfo i => IsVisible(i) && (!i.IsSpecialName || i.Name.StartsWith("op_", StringComparison.Ordinal)) && i.Name != "Finalize",
            PropertyInfo p => p.GetAccessors(nonPublic: true).Any(IsVisible),
            EventInfo e => IsVisible(e.AddMethod!),
            _ => false,
        });
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string[] Ways(MemberInfo member) => member switch
    {
        FieldInfo { IsLiteral: true } f => [$"const {TypeNames.Of(f.FieldType)} {f.Name} = {Convert.ToString(f.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}"],
        FieldInfo f => FieldWays(f),
        ConstructorInfo c => [.. ParameterWays(c).Select(p => $"{(c.IsPublic ? "" : "protected ")}new({p})")],
        MethodInfo m => [.. MethodWays(m, m.Name).SelectMany(way => Overridable(m, way))],
        PropertyInfo p => PropertyWays(p),
        EventInfo e => [$"event {TypeNames.Of(e.EventHandlerType!)} {e.Name}"],
        _ => throw new ArgumentException($"no line for {member}"),
    };

    private static string[] PropertyWays(PropertyInfo property)
    {
        var get = property.GetMethod is { } g && IsVisible(g) ? g : null;
        var set = property.SetMethod is { } s && IsVisible(s) ? s : null;
        var index = property.GetIndexParameters() is { Length: > 0 } p ? $"[{string.Join(", ", p.Select(Parameter))}]" : "";
        string Line(string accessors) => $"{TypeNames.Of(property.PropertyType)} {property.Name}{index} {{ {accessors} }}";
        var setter = set is null ? "" : IsInitOnly(set) ? "init;" : "set;";
        var ways = new List<string>();
        if (get is not null && set is not null)
            ways.AddRange(Overridable(get, Line($"get; {(get.IsPublic && !set.IsPublic ? "protected " : "")}{setter}")));
        if (get is not null)
            ways.AddRange(Overridable(get, Line("get;")));
        if (set is not null)
            ways.AddRange(Overridable(set, Line(setter)));
        return [.. ways];
    }

    private static bool IsInitOnly(MethodInfo setter) =>
        setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit));

    /// <summary>What can be overridden also serves who does not override it.</summary>
    private static string[] Overridable(MethodInfo method, string line)
    {
        var access = method.IsPublic ? "" : "protected ";
        if (method.DeclaringType!.IsInterface)
            return [line];
        if (method.IsStatic)
            return [$"{access}static {line}"];
        if (method.IsAbstract)
            return [$"{access}abstract {line}"];
        var virtually = method is { IsVirtual: true, IsFinal: false } && !method.DeclaringType.IsSealed;
        return virtually ? [$"{access}virtual {line}", access + line] : [access + line];
    }

    private static string[] FieldWays(FieldInfo field)
    {
        var before = $"{(field.IsPublic ? "" : "protected ")}{(field.IsStatic ? "static " : "")}";
        var line = $"{TypeNames.Of(field.FieldType)} {field.Name}";
        return field.IsInitOnly ? [$"{before}readonly {line}"] : [before + line, $"{before}readonly {line}"];
    }

    private static IEnumerable<string> MethodWays(MethodInfo method, string name)
    {
        var arguments = method.GetGenericArguments();
        var generic = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(a => a.Name))}>";
        var constraints = TypeNames.Constraints(arguments);
        return ParameterWays(method).Select(p => $"{TypeNames.Of(method.ReturnType)} {name}{generic}({p}){constraints}");
    }

    private static IEnumerable<string> ParameterWays(MethodBase method)
    {
        var extends = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        var parameters = method.GetParameters();
        for (var taken = parameters.Length; taken == parameters.Length || (taken >= 0 && parameters[taken].IsOptional); taken--)
            yield return extends + string.Join(", ", parameters.Take(taken).Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var kind = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref "
            : parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "";
        return $"{kind}{TypeNames.Of(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Default(parameter) : "")}";
    }

    private static string Default(ParameterInfo parameter) => parameter.RawDefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        var other => Convert.ToString(other, System.Globalization.CultureInfo.InvariantCulture)!,
    };
}
