using Akka.Actor;
using Xunit.Sdk;

namespace ActorSync.Engine.Tests.TestKit;

public sealed class ExpectationTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private void Tell(params object[] messages)
    {
        foreach (var message in messages)
            TestActor.Tell(message);
    }

    private static void Fails(Action expectation) => Assert.ThrowsAny<XunitException>(expectation);

    [Fact]
    public void What_a_test_tells_has_its_test_actor_as_sender()
    {
        var echo = ActorOf<Echo>();
        echo.Tell("hello");
        Assert.Equal("hello", ExpectMsg<string>());
        Assert.Equal(echo, LastSender);
        Assert.Equal("hello", LastMessage);
    }

    [Fact]
    public async Task It_still_has_after_an_await()
    {
        await Task.Yield();
        var echo = ActorOf<Echo>("echo");
        echo.Tell(1);
        Assert.Equal(1, await ExpectMsgAsync<int>());
        await Task.Delay(1);
        echo.Tell(2);
        await ExpectMsgAsync(2);
        Assert.Equal(TestActor, await echo.Ask<IActorRef>(TestActor));
    }

    [Fact]
    public void The_test_actor_receives_before_the_tell_returns()
    {
        Assert.False(HasMessages);
        Tell("a");
        Assert.True(HasMessages);
        Assert.Equal("a", ReceiveOne(TimeSpan.Zero));
        Assert.Null(ReceiveOne(TimeSpan.Zero));
        Assert.Null(ReceiveOne(Soon));
    }

    [Fact]
    public void A_message_is_expected_by_type_value_predicate_or_assertion()
    {
        Tell("a", "b", "c", "d", "e", "f", "g");
        Assert.Equal("a", ExpectMsg<string>());
        Assert.Equal("b", ExpectMsg("b"));
        Assert.Equal("c", ExpectMsg<string>(m => m == "c"));
        Assert.Equal("d", ExpectMsg<string>(m => Assert.Equal("d", m)));
        Assert.Equal("e", ExpectMsg<string>((m, sender) => m == "e" && sender.Equals(TestActor)));
        ExpectMsgFrom<string>(TestActor);
        ExpectMsgFrom(TestActor, "g");
    }

    [Fact]
    public async Task The_asynchronous_forms_expect_the_same()
    {
        Tell("a", "b", "c", "d", "e", "f");
        Assert.Equal("a", await ExpectMsgAsync<string>());
        Assert.Equal("b", await ExpectMsgAsync("b"));
        Assert.Equal("c", await ExpectMsgAsync<string>(m => m == "c"));
        Assert.Equal("d", await ExpectMsgAsync<string>(m => Assert.Equal("d", m)));
        Assert.Equal("f", await FishForMessageAsync<string>(m => m == "f"));
        await ExpectNoMsgAsync(Soon);
        Assert.Null(await ReceiveOneAsync(Soon));
        await Assert.ThrowsAnyAsync<XunitException>(async () => await ExpectMsgAsync<string>(Soon));
    }

    [Fact]
    public void Another_message_or_none_fails_the_test()
    {
        Fails(() => ExpectMsg<string>(Soon));
        Tell(1, "a", "b", "c");
        Fails(() => ExpectMsg<string>());
        Fails(() => ExpectMsg("x"));
        Fails(() => ExpectMsg<string>(m => m == "x"));
        Fails(() => ExpectMsgFrom<string>(Sys.DeadLetters));
        Assert.False(HasMessages);
    }

    [Fact]
    public void Values_are_compared_by_their_elements()
    {
        Tell(new[] { 1, 2 }, new List<int> { 3 });
        ExpectMsg(new[] { 1, 2 });
        Fails(() => ExpectMsg(new List<int> { 4 }));
    }

    [Fact]
    public void Silence_can_be_expected()
    {
        ExpectNoMsg(Soon);
        ExpectNoMsg(20);
        Tell("a");
        Fails(() => ExpectNoMsg(Soon));
    }

    [Fact]
    public void Several_messages_can_come_in_any_order()
    {
        Tell(1, 2, 3, 1, 5);
        Assert.Equal([1, 2, 3], ExpectMsgAllOf(3, 2, 1));
        Fails(() => ExpectMsgAllOf(TimeSpan.FromSeconds(1), 1, 4));
        Tell("x");
        Assert.Equal("x", ExpectMsgAnyOf(["y", "x"]));
    }

    [Fact]
    public void Several_messages_can_be_taken_at_once()
    {
        Tell(1, "a", 2);
        Assert.Equal([1, "a", 2], ReceiveN(3));
        Tell(1);
        Fails(() => ReceiveN(2, Soon));
    }

    [Fact]
    public void Messages_can_be_taken_as_long_as_they_match()
    {
        Tell("a", "b", 1, "c");
        Assert.Equal(["a", "b"], ReceiveWhile(m => (m as string)!, TimeSpan.FromSeconds(1)));
        Assert.Equal("b", LastMessage);
        ExpectMsg(1);
        Tell("d");
        Assert.Equal(["c"], ReceiveWhile<string>(TimeSpan.FromSeconds(1), m => (m as string)!, msgs: 1));
        ExpectMsg("d");
        Assert.Empty(ReceiveWhile(m => (m as string)!, TimeSpan.FromSeconds(1), idle: Soon));
    }

    [Fact]
    public void Fishing_drops_what_comes_before_the_catch()
    {
        Tell(1, "a", 2, "b", "c");
        Assert.Equal("b", FishForMessage<string>(m => m == "b"));
        Assert.Equal("c", FishForMessage(m => m is "c"));
        Tell(1);
        Fails(() => FishForMessage<string>(m => m == "b", Soon));
    }

    [Fact]
    public void Messages_can_be_ignored()
    {
        IgnoreMessages<int>();
        Tell(1, "a");
        ExpectMsg("a");
        IgnoreMessages(m => m is "a");
        Tell("a", 1);
        ExpectMsg(1);
        IgnoreNoMessages();
        Tell("a");
        ExpectMsg("a");
    }

    [Fact]
    public void The_death_of_a_watched_actor_is_expected()
    {
        var echo = ActorOf<Echo>();
        Assert.Equal(echo, Watch(echo));
        Sys.Stop(echo);
        Assert.Equal(echo, ExpectTerminated(echo).ActorRef);

        var other = ActorOf<Echo>();
        Watch(other);
        Unwatch(other);
        other.Tell(PoisonPill.Instance);
        ExpectNoMsg(Soon);
    }

    [Fact]
    public void A_block_has_a_time_to_end_in()
    {
        Assert.Equal(5, Within(TimeSpan.FromSeconds(5), () => 5));
        Within(TimeSpan.FromSeconds(5), () => Assert.InRange(Remaining, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
        Assert.Throws<InvalidOperationException>(() => Remaining);
        Within(TimeSpan.FromSeconds(5), () => ExpectNoMsg(Soon));
        Fails(() => Within(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5), () => { }));
        Fails(() => Within(TimeSpan.FromMilliseconds(20), () =>
        {
            AwaitCondition(() => false, Soon * 4);
        }));
    }

    [Fact]
    public async Task An_asynchronous_block_has_too()
    {
        await WithinAsync(TimeSpan.FromSeconds(5), async () => await ExpectNoMsgAsync(10));
        await Assert.ThrowsAnyAsync<XunitException>(() => WithinAsync(TimeSpan.FromMilliseconds(20), () => Task.Delay(150)));
    }

    [Fact]
    public async Task An_assertion_is_repeated_until_it_passes()
    {
        var tries = 0;
        AwaitAssert(() => Assert.Equal(3, ++tries), interval: TimeSpan.FromMilliseconds(5));
        Assert.Equal(3, tries);
        await AwaitAssertAsync(() => Assert.Equal(5, ++tries), interval: TimeSpan.FromMilliseconds(5));
        await AwaitAssertAsync(
            () =>
            {
                Assert.Equal(7, ++tries);
                return Task.CompletedTask;
            },
            interval: TimeSpan.FromMilliseconds(5));
        Fails(() => AwaitAssert(() => Assert.Fail("never"), Soon, TimeSpan.FromMilliseconds(5)));
        await Assert.ThrowsAnyAsync<XunitException>(() => AwaitAssertAsync(() => Assert.Fail("never"), Soon, TimeSpan.FromMilliseconds(5)));
    }

    [Fact]
    public async Task A_condition_is_awaited()
    {
        var tries = 0;
        AwaitCondition(() => ++tries == 2, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(5));
        await AwaitConditionAsync(() => Task.FromResult(++tries == 4), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(5));
        Fails(() => AwaitCondition(() => false, Soon));
        await Assert.ThrowsAnyAsync<XunitException>(() => AwaitConditionAsync(() => Task.FromResult(false), Soon));
    }

    [Fact]
    public void Times_are_dilated_by_the_factor_of_the_configuration()
    {
        var slow = new Akka.TestKit.Xunit2.TestKit("akka.test.timefactor = 2.0");
        Assert.Equal(TimeSpan.FromSeconds(2), slow.Dilated(TimeSpan.FromSeconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(6), slow.RemainingOrDefault);
        Assert.Equal(TimeSpan.FromSeconds(1), Dilated(TimeSpan.FromSeconds(1)));
        slow.Dispose();
        Assert.True(slow.Sys.WhenTerminated.IsCompleted);
    }
}
