using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>How to make an actor, again after each failure: a type and the arguments of its constructor. Immutable.</summary>
public class Props
{
    private static readonly ConcurrentDictionary<ConstructorInfo, ConstructorInvoker> Invokers = new();
    private readonly ConstructorInvoker _invoker; // null: the constructor is chosen by the arguments on each creation

    private Props(Type type, object[] arguments, SupervisorStrategy strategy, ConstructorInvoker invoker) =>
        (Type, Arguments, SupervisorStrategy, _invoker) = (type, arguments, strategy, invoker);

    public Type Type { get; }
    public object[] Arguments { get; }

    /// <summary>The strategy that the actor's children get instead of the actor's own; null as a rule.</summary>
    public SupervisorStrategy SupervisorStrategy { get; }

    /// <summary>Props from <c>() => new X(a, b)</c>. The arguments are evaluated once, here.</summary>
    /// <exception cref="ArgumentException">The expression is not a <c>new</c>.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null) where TActor : ActorBase
    {
        if (factory.Body is not NewExpression { Constructor: { } constructor } creation)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        var arguments = creation.Arguments.Select(Evaluate).ToArray();
        return new Props(constructor.DeclaringType, arguments, supervisorStrategy, Invokers.GetOrAdd(constructor, ConstructorInvoker.Create));
    }

    public static Props Create<TActor>(params object[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy) where TActor : ActorBase, new() =>
        Create<TActor>().WithSupervisorStrategy(supervisorStrategy);

    public static Props Create(Type type, params object[] args)
    {
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"[{type}] is not an actor: it must derive from ActorBase.", nameof(type));
        var none = args.Length == 0 ? type.GetConstructor(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, []) : null;
        return new Props(type, args, null, none is null ? null : Invokers.GetOrAdd(none, ConstructorInvoker.Create));
    }

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(Type, Arguments, supervisorStrategy, _invoker);

    public virtual ActorBase NewActor()
    {
        try
        {
            const BindingFlags any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
            return (ActorBase)(_invoker?.Invoke(Arguments.AsSpan()) ?? Activator.CreateInstance(Type, any, null, Arguments, null));
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
