namespace Akka.TestKit;

/// <summary>A test class with this interface tells without a sender; others tell as their test actor.</summary>
public interface INoImplicitSender;
