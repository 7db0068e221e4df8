using System.Reflection;

namespace ActorSync.Engine.Tests.Api;

/// <summary>Types as C# writes them, namespaces included.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    public static string Of(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (type.IsByRef)
            return Of(type.GetElementType()!);
        if (type.IsArray)
            return Of(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying) + "?";
        return type.IsGenericParameter ? type.Name : Named(type, type.GetGenericArguments());
    }

    public static string Constraints(IEnumerable<Type> arguments) =>
        string.Concat(arguments.Where(a => a.IsGenericParameter).Select(a => (a, constraints: ConstraintsOf(a))).Where(x => x.constraints.Length > 0)
            .Select(x => $" where {x.a.Name} : {x.constraints}"));

    private static string Named(Type type, Type[] arguments)
    {
        var outer = type.DeclaringType is { } declaring ? Named(declaring, arguments) + "." : type.Namespace is { } space ? space + "." : "";
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        if (tick < 0)
            return outer + type.Name;
        var before = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        var own = arguments[before..type.GetGenericArguments().Length];
        return $"{outer}{type.Name[..tick]}<{string.Join(", ", own.Select(Of))}>";
    }

    private static string ConstraintsOf(Type argument)
    {
        var special = argument.GenericParameterAttributes & GenericParameterAttributes.SpecialConstraintMask;
        var words = argument.GetGenericParameterConstraints().Where(t => t != typeof(ValueType)).Select(Of).ToList();
        if (special.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            words.Insert(0, "struct");
        else if (special.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            words.Insert(0, "class");
        if (special.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) && !words.Contains("struct"))
            words.Add("new()");
        return string.Join(", ", words);
    }
}
