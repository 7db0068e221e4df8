using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;
using Xunit.Sdk;

namespace ActorSync.Engine.Tests.TestKit;

public sealed class EventFilterTests() : Akka.TestKit.Xunit2.TestKit("akka.loglevel = DEBUG\nakka.test.filter-leeway = 3s")
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private IActorRef Scribe => _scribe ??= ActorOf<Scribe>("scribe");

    private IActorRef? _scribe;

    private void Write(LogLevel level, string text) => Scribe.Tell((level, text));

    [Fact]
    public void An_event_is_found_by_level_and_text()
    {
        EventFilter.Debug("some text").ExpectOne(() => Write(LogLevel.DebugLevel, "some text"));
        EventFilter.Info(start: "some").ExpectOne(() => Write(LogLevel.InfoLevel, "some text"));
        EventFilter.Warning(contains: "me te").ExpectOne(() => Write(LogLevel.WarningLevel, "some text"));
        EventFilter.Error(new Regex("^s.*t$")).ExpectOne(() => Write(LogLevel.ErrorLevel, "some text"));
    }

    [Fact]
    public void An_event_is_found_by_its_source()
    {
        var path = Scribe.Path.ToString();
        EventFilter.Info(source: path).ExpectOne(() => Write(LogLevel.InfoLevel, "a"));
        EventFilter.Info(source: "/user/scribe").ExpectOne(() => Write(LogLevel.InfoLevel, "a"));
    }

    [Fact]
    public void Other_events_do_not_count()
    {
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("a").ExpectOne(Soon, () =>
        {
            Write(LogLevel.InfoLevel, "b");
            Write(LogLevel.WarningLevel, "a");
        }));
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info(source: "/user/other").ExpectOne(Soon, () => Write(LogLevel.InfoLevel, "a")));
    }

    [Fact]
    public void So_many_events_are_expected_and_no_more()
    {
        EventFilter.Info("a").Expect(2, () =>
        {
            Write(LogLevel.InfoLevel, "a");
            Write(LogLevel.InfoLevel, "a");
        });
        EventFilter.Info("a").Expect(0, Soon, () => Write(LogLevel.InfoLevel, "b"));
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("a").Expect(0, TimeSpan.FromSeconds(3), () => Write(LogLevel.InfoLevel, "a")));
    }

    [Fact]
    public async Task The_asynchronous_forms_expect_the_same()
    {
        await EventFilter.Info("a").ExpectOneAsync(() =>
        {
            Write(LogLevel.InfoLevel, "a");
            return Task.CompletedTask;
        });
        await Assert.ThrowsAnyAsync<XunitException>(() => EventFilter.Info("a").ExpectAsync(1, Soon, () => Task.CompletedTask));
    }

    [Fact]
    public void The_result_of_the_action_is_handed_on() =>
        Assert.Equal(7, EventFilter.Info("a").ExpectOne(() =>
        {
            Write(LogLevel.InfoLevel, "a");
            return 7;
        }));

    [Fact]
    public void A_failure_is_found_by_its_exception()
    {
        EventFilter.Exception<InvalidOperationException>().ExpectOne(() => Scribe.Tell(new InvalidOperationException("bad")));
        EventFilter.Exception<InvalidOperationException>("bad").ExpectOne(() => Scribe.Tell(new InvalidOperationException("bad")));
        EventFilter.Exception<SystemException>(contains: "ad").ExpectOne(() => Scribe.Tell(new InvalidOperationException("bad")));
        EventFilter.Exception(typeof(ArgumentException), checkInnerExceptions: true)
            .ExpectOne(() => Scribe.Tell(new InvalidOperationException("bad", new ArgumentException("inner"))));
        EventFilter.Error().ExpectOne(() => Scribe.Tell(new InvalidOperationException("bad")));
        Assert.ThrowsAny<XunitException>(() =>
            EventFilter.Exception<ArgumentException>().ExpectOne(Soon, () => Scribe.Tell(new InvalidOperationException("bad"))));
    }

    [Fact]
    public void A_dead_letter_is_found_by_type_predicate_and_recipient()
    {
        var gone = ActorOf<Echo>("gone");
        Watch(gone);
        Sys.Stop(gone);
        ExpectTerminated(gone);
        EventFilter.DeadLetter().ExpectOne(() => gone.Tell("a"));
        EventFilter.DeadLetter<string>().ExpectOne(() => gone.Tell("a"));
        EventFilter.DeadLetter<string>(m => m == "a").ExpectOne(() =>
        {
            gone.Tell("b");
            gone.Tell("a");
        });
        EventFilter.DeadLetter<string>(gone.Path.ToString()).ExpectOne(() => gone.Tell("a"));
        EventFilter.DeadLetter<int>().Expect(0, Soon, () => gone.Tell("a"));
    }

    [Fact]
    public void Events_can_be_muted()
    {
        EventFilter.Info("a").Mute(() => Write(LogLevel.InfoLevel, "a"));
        using var muted = EventFilter.Info("b").Mute();
        Assert.ThrowsAny<XunitException>(() => EventFilter.Info("b").ExpectOne(Soon, () => Write(LogLevel.InfoLevel, "b")));
        EventFilter.Info("c").ExpectOne(() => Write(LogLevel.InfoLevel, "c")); // and so the b before it has been logged
        muted.Unmute();
        EventFilter.Info("b").ExpectOne(() => Write(LogLevel.InfoLevel, "b"));
    }
}
