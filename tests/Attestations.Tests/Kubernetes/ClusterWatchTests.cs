using k8s.Models;
using Kritis.Events.Attestations.Kubernetes;
using Kritis.Events.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using static Kritis.Events.Attestations.Tests.Kubernetes.ScriptedApiServer;

namespace Kritis.Events.Attestations.Tests.Kubernetes;

/// <summary>The watch against an API server that does everything a real one may do, and worse.</summary>
public sealed class ClusterWatchTests : IAsyncLifetime
{
    private const string WatchFrom = "watch=true&allowWatchBookmarks=true&timeoutSeconds=";
    private ScriptedApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Everything_is_listed_page_by_page_and_watched_from_the_lists_version()
    {
        _server.Then(
            Page("9", "next page&1", Object("a", "1"), Object("b", "2")),
            Page("9", "", Object("c", "3")),
            Watch(Event("ADDED", Object("d", "10")), Event("MODIFIED", Object("a", "11")), Event("DELETED", Object("b", "12"))));

        await using var followed = Follow();

        await followed.UntilAsync("listed a@1 b@2 c@3", "set d@10", "set a@11", "removed b@12");
        _server.Requests[0].Should().Be("/apis/kritis.events/v1alpha1/witnesses?limit=250");
        _server.Requests[1].Should().Be("/apis/kritis.events/v1alpha1/witnesses?limit=250&continue=next%20page%261");
        _server.Requests[2].Should().Contain(WatchFrom).And.EndWith("&resourceVersion=9");
    }

    [Fact]
    public async Task The_clients_own_credentials_are_presented_and_an_empty_list_may_be_null()
    {
        var presented = new TaskCompletionSource<string>();
        _server.Then(context =>
        {
            presented.SetResult(context.Request.Headers.Authorization.ToString());
            return Json(200, """{"metadata":{"resourceVersion":"5"},"items":null}""")(context);
        });

        await using var followed = Follow();

        await followed.UntilAsync("listed");
        (await presented.Task).Should().Be("Bearer token-of-the-test");
    }

    [Fact]
    public async Task A_cut_connection_goes_on_from_the_last_whole_event_without_a_word()
    {
        var seen = new TaskCompletionSource();
        _server.Then(
            List("9"),
            WatchThatIsCut(seen.Task, Event("ADDED", Object("lost", "11"))[..40], Event("ADDED", Object("a", "10"))),
            Watch(Event("ADDED", Object("lost", "11"))));

        await using var followed = Follow();
        await followed.UntilAsync("listed", "set a@10");
        seen.SetResult();

        await followed.UntilAsync("listed", "set a@10", "set lost@11");
        _server.Requests.Should().HaveCount(3);
        _server.Requests[2].Should().EndWith("resourceVersion=10");
    }

    [Fact]
    public async Task A_last_line_without_its_end_is_no_event_even_where_it_could_be_read()
    {
        _server.Then(
            List("9"),
            async context =>
            {
                await WatchThatEnds(Event("ADDED", Object("a", "10")))(context);
                await context.Response.WriteAsync(Event("ADDED", Object("b", "11")));
            },
            Watch(Event("ADDED", Object("b", "11"))));

        await using var followed = Follow();

        await followed.UntilAsync("listed", "set a@10", "set b@11");
        _server.Requests[2].Should().EndWith("resourceVersion=10");
    }

    [Fact]
    public async Task A_bookmark_moves_the_version_and_tells_nothing()
    {
        _server.Then(List("9"), WatchThatEnds("", Event("BOOKMARK", """{"metadata":{"resourceVersion":"77"}}""")), Watch());

        await using var followed = Follow();

        await Eventually.Async("a second watch", () => _server.Requests.Count == 3, TestContext.Current.CancellationToken);
        _server.Requests[2].Should().EndWith("resourceVersion=77");
        followed.Told.Should().Equal("listed");
    }

    [Fact]
    public async Task A_version_that_is_too_old_by_the_answer_leads_to_a_new_list_without_a_word()
    {
        _server.Then(List("9", Object("a", "1")), Status(410, "too old resource version"), List("50", Object("b", "40")), Watch(Event("ADDED", Object("c", "51"))));

        await using var followed = Follow();

        await followed.UntilAsync("listed a@1", "listed b@40", "set c@51");
        _server.Requests[3].Should().EndWith("resourceVersion=50");
    }

    [Fact]
    public async Task A_version_that_is_too_old_by_an_event_leads_to_a_new_list_without_a_word()
    {
        _server.Then(
            List("9", Object("a", "1")),
            Watch(Event("ERROR", """{"kind":"Status","code":410,"message":"too old"}""")),
            List("50", Object("b", "40")));

        await using var followed = Follow();

        await followed.UntilAsync("listed a@1", "listed b@40");
    }

    [Fact]
    public async Task A_list_that_expires_between_its_pages_is_begun_again()
    {
        _server.Then(Page("9", "next", Object("a", "1")), Status(410, "the continue token is too old"), List("50", Object("b", "40")));

        await using var followed = Follow();

        await followed.UntilAsync("listed b@40");
        _server.Requests[2].Should().EndWith("?limit=250");
    }

    public static TheoryData<string> Nonsense =>
    [
        "this is no JSON",
        "[1,2,3]",
        "null",
        """{"type":"ADDED"}""",
        """{"type":"ADDED","object":{"metadata":{"name":"x"}}}""",
        """{"type":"ADDED","object":{"metadata":{"name":"x","resourceVersion":7}}}""",
        """{"type":"INVENTED","object":{"metadata":{"name":"x","resourceVersion":"7"}}}""",
        """{"type":"ADDED","object":"x"}""",
        """{"type":"ADDED","object":{"metadata":{"name":"x","resourceVersion":"\ud800"}}}""",
        """{"type":"ERROR","object":null}""",
        """{"type":"ERROR","object":{"code":"many","message":["x"]}}""",
    ];

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task What_is_no_event_is_told_and_everything_is_listed_again(string line)
    {
        _server.Then(List("9", Object("a", "1")), Watch(line), List("50", Object("b", "40")), Watch(Event("ADDED", Object("c", "51"))));

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Count == 4);
        followed.Told[1].Should().StartWith("away: the API server ");
        followed.Told.Where((_, at) => at != 1).Should().Equal("listed a@1", "listed b@40", "set c@51");
    }

    [Fact]
    public async Task A_line_of_more_than_eight_megabytes_is_not_kept_and_everything_is_listed_again()
    {
        _server.Then(
            List("9"),
            async context =>
            {
                var piece = new string('x', 1024 * 1024);
                await WatchThatEnds()(context);
                for (var sent = 0; !context.RequestAborted.IsCancellationRequested; sent++)
                {
                    await context.Response.WriteAsync(piece);
                    sent.Should().BeLessThan(100, "the watch must hang up");
                }
            },
            List("50", Object("b", "40")));

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Count == 3);
        followed.Told[1].Should().Contain("a watch event of more than 8388608 bytes");
        followed.Told[2].Should().Be("listed b@40");
    }

    [Fact]
    public async Task Events_may_come_byte_by_byte()
    {
        _server.Then(List("9"), async context =>
        {
            await context.Response.StartAsync();
            foreach (var character in Event("ADDED", Object("a", "10")) + "\n" + Event("ADDED", Object("b", "11")) + "\n")
            {
                await context.Response.WriteAsync(character.ToString());
                await context.Response.Body.FlushAsync();
            }

            await Silence(context);
        });

        await using var followed = Follow();

        await followed.UntilAsync("listed", "set a@10", "set b@11");
    }

    [Fact]
    public async Task A_refusal_is_told_once_with_its_reason_and_tried_again()
    {
        var refusal = Status(403, "witnesses is forbidden\\nfor the test");
        _server.Then(refusal, refusal, refusal, List("9", Object("a", "1")));

        await using var followed = Follow();

        await followed.UntilAsync(
            @"away: the API server refuses to list and watch witnesses.kritis.events (403): witnesses is forbidden\u000afor the test", "listed a@1");
    }

    [Fact]
    public async Task Who_may_list_but_not_watch_is_told_so_and_sees_changes_by_listing_again()
    {
        var refusal = Status(403, "no watching");
        _server.Then(List("9", Object("a", "1")), refusal, List("10", Object("b", "2")), refusal, List("11", Object("c", "3")));

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Contains("listed c@3"));
        followed.Told.Should().ContainSingle(told => told.StartsWith("away: "));
    }

    [Fact]
    public async Task An_outage_in_which_nothing_was_missed_ends_with_the_next_bookmark()
    {
        _server.Then(List("9", Object("a", "1")), Unreachable, Unreachable, Watch(Event("BOOKMARK", """{"metadata":{"resourceVersion":"10"}}""")));

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Count == 3);
        followed.Told[1].Should().StartWith("away: the API server cannot be reached for witnesses.kritis.events: ");
        followed.Told[2].Should().Be("resumed");

        static Task Unreachable(HttpContext context)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_kind_that_is_not_installed_is_told_as_that_and_found_later()
    {
        var missing = Status(404, "the server could not find the requested resource");
        _server.Then(Status(503, "not yet"), missing, missing, List("9", Object("a", "1")));

        await using var followed = Follow();

        await followed.UntilAsync(
            "away: the API server fails to list or watch witnesses.kritis.events (503): not yet",
            "away (no such kind): the API server knows no witnesses.kritis.events, version v1alpha1; is its CustomResourceDefinition installed?",
            "listed a@1");
    }

    [Theory]
    [InlineData("<html>sign in first</html>")]
    [InlineData("{}")]
    [InlineData("""{"items":[]}""")]
    [InlineData("[]")]
    public async Task An_answer_that_is_no_list_is_told_and_tried_again(string body)
    {
        _server.Then(Json(200, body), List("9", Object("a", "1")));

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Count == 2);
        followed.Told[0].Should().StartWith("away: the API server answered the request for witnesses.kritis.events with what is ");
        followed.Told[1].Should().Be("listed a@1");
    }

    [Fact]
    public async Task A_server_that_closes_every_watch_at_once_is_away_and_not_asked_without_pause()
    {
        _server.Then([.. Enumerable.Repeat<Func<HttpContext, Task>[]>([List("9"), WatchThatEnds()], 3).SelectMany(pair => pair), List("10", Object("a", "10"))]);

        await using var followed = Follow();

        await followed.UntilAsync(told => told.Contains("listed a@10"));
        followed.Told.Should().ContainSingle(told => told.StartsWith("away: "));
    }

    [Fact]
    public async Task A_server_that_takes_requests_and_says_nothing_is_away_after_a_while()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.Zero };
        _server.Then(Silence, List("9", Object("a", "1")));

        await using var followed = Follow(time);

        await Eventually.Async("it was given up", () =>
        {
            time.Advance(TimeSpan.FromSeconds(10));
            return followed.Told.Count == 2;
        }, TestContext.Current.CancellationToken);
        followed.Told.Should().Equal("away: the API server does not answer the request for witnesses.kritis.events in time", "listed a@1");
    }

    [Fact]
    public async Task A_watch_that_went_silent_is_opened_anew_from_where_it_stood()
    {
        var time = new FakeTimeProvider();
        _server.Then(List("9"), Watch(Event("ADDED", Object("a", "10"))), Watch(Event("ADDED", Object("b", "11"))));

        await using var followed = Follow(time);

        await followed.UntilAsync("listed", "set a@10");
        await Eventually.Async("a second watch", () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return followed.Told.Count == 3;
        }, TestContext.Current.CancellationToken);
        followed.Told[2].Should().Be("set b@11");
        _server.Requests[2].Should().EndWith("resourceVersion=10");
    }

    [Fact]
    public async Task An_object_nested_ten_thousand_levels_deep_hides_no_other()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 10_000)) + "1" + new string('}', 10_000);
        _server.Then(
            List("9", Object("deep", "1", $",\"spec\":{deep}"), Object("b", "2")),
            Watch(Event("MODIFIED", Object("deep", "10", $",\"spec\":{deep}")), Event("ADDED", Object("c", "11"))));

        await using var followed = Follow();

        await followed.UntilAsync("listed deep@1 b@2", "set deep@10", "set c@11");
    }

    [Fact]
    public async Task An_object_that_cannot_be_read_as_its_type_is_told_by_name_and_hides_no_other()
    {
        var odd = """{"metadata":{"name":"odd","resourceVersion":"1","creationTimestamp":"yesterday"}}""";
        var good = """{"metadata":{"name":"good","resourceVersion":"2","labels":{"env":"prod"}}}""";
        _server.Then(List("9", odd, good), Watch(Event("MODIFIED", odd.Replace("\"1\"", "\"10\"")), Event("MODIFIED", good.Replace("\"2\"", "\"11\""))));

        await using var followed = new Followed<V1Namespace>(_server.Client, ClusterKind.Namespaces);

        await followed.UntilAsync("listed good@2", "unreadable odd", "unreadable odd", "set good@11");
        _server.Requests[0].Should().Be("/api/v1/namespaces?limit=250");
    }

    [Fact]
    public async Task Events_out_of_order_are_told_as_they_come()
    {
        _server.Then(List("9"), Watch(Event("DELETED", Object("a", "12")), Event("MODIFIED", Object("a", "11")), Event("ADDED", Object("a", "10"))));

        await using var followed = Follow();

        await followed.UntilAsync("listed", "removed a@12", "set a@11", "set a@10");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_once_however_often_it_is_tried()
    {
        var gone = await StartAsync();
        var address = gone.Client.BaseUri;
        await gone.DisposeAsync();
        var tries = 0;
        using var client = new k8s.Kubernetes(new k8s.KubernetesClientConfiguration { Host = address.AbsoluteUri }, new Counted(() => tries++));

        await using var followed = new Followed<CustomDocument>(client, ClusterKind.Witnesses);

        await Eventually.Async("it is tried again and again", () => tries >= 3, TestContext.Current.CancellationToken);
        followed.Told.Should().ContainSingle().Which.Should().StartWith("away: the API server cannot be reached for witnesses.kritis.events: ");
    }

    private Followed<CustomDocument> Follow(TimeProvider? time = null) => new(_server.Client, ClusterKind.Witnesses, time);

    private sealed class Counted(Action count) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            count();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
