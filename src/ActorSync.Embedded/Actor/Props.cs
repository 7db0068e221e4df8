using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>How to make an actor, again after each failure: a type and the arguments of its constructor. Immutable.</summary>
public class Props
{
    private static readonly ConcurrentDictionary<ConstructorInfo, ConstructorInvoker> Invokers = new();
    private readonly ConstructorInvoker _invoker;

    private Props(ConstructorInfo constructor, object[] arguments)
    {
        (Type, Arguments) = (constructor.DeclaringType, arguments);
        _invoker = Invokers.GetOrAdd(constructor, ConstructorInvoker.Create);
    }

    public Type Type { get; }
    public object[] Arguments { get; }

    /// <summary>Props from <c>() => new X(a, b)</c>. The arguments are evaluated once, here.</summary>
    /// <exception cref="ArgumentException">The expression is not a <c>new</c>.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory) where TActor : ActorBase =>
        factory.Body is NewExpression { Constructor: { } constructor } creation
            ? new Props(constructor, creation.Arguments.Select(Evaluate).ToArray())
            : throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));

    /// <summary>Props of an actor whose constructor takes nothing: what a configuration names.</summary>
    internal static Props Create(Type type) => typeof(ActorBase).IsAssignableFrom(type) && type.GetConstructor([]) is { } constructor
        ? new Props(constructor, [])
        : throw new ArgumentException($"[{type}] is not an actor with a constructor that takes nothing.", nameof(type));

    internal ActorBase NewActor()
    {
        try
        {
            return (ActorBase)_invoker.Invoke(Arguments.AsSpan());
        }
        catch (Exception failure)
        {
            var cause = (failure as TargetInvocationException)?.InnerException ?? failure;
            throw new TypeLoadException($"Error while creating actor instance of type {Type} with {Arguments.Length} args: ({string.Join(",", Arguments)})", cause);
        }
    }

    // Constants, captured variables and their members are read; only what is more than that is compiled.
    private static object Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Evaluate(member.Expression)),
        MemberExpression { Member: PropertyInfo property } member => property.GetValue(member.Expression is null ? null : Evaluate(member.Expression)),
        UnaryExpression { NodeType: ExpressionType.Convert, Method: null, Operand: var operand } cast when cast.Type.IsAssignableFrom(operand.Type) => Evaluate(operand),
        _ => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
    };
}
