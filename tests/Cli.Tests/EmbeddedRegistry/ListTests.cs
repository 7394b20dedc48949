using System.Net;
using System.Text.Json;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class ListTests
{
    [Fact]
    public async Task Tags_are_listed_in_order_and_in_pages()
    {
        await using var registry = await RegistryServer.StartAsync();
        foreach (var tag in (string[])["b", "a", "C", "_x", "1.0"])
        {
            await registry.PushImageAsync("team/app", tag);
        }

        (await registry.Client.GetStringAsync("/v2/team/app/tags/list")).Should().Be("""{"name":"team/app","tags":["1.0","C","_x","a","b"]}""");
        (await PagesAsync(registry, "/v2/team/app/tags/list?n=2", "tags")).Should().BeEquivalentTo(
            (string[][])[["1.0", "C"], ["_x", "a"], ["b"]], options => options.WithStrictOrdering());
        (await registry.Client.GetStringAsync("/v2/team/app/tags/list?last=a&n=10")).Should().Contain("""["b"]""");
        (await registry.Client.GetStringAsync("/v2/team/app/tags/list?n=0")).Should().Contain("[]");
    }

    [Fact]
    public async Task Repositories_are_listed_in_order_and_in_pages()
    {
        await using var registry = await RegistryServer.StartAsync();
        foreach (var repository in (string[])["team/b", "team", "team/a/deeper", "other"])
        {
            await registry.PushImageAsync(repository, "1.0");
        }

        await registry.PushBlobAsync("only/a/blob", [1]);
        (await PagesAsync(registry, "/v2/_catalog?n=3", "repositories")).Should().BeEquivalentTo(
            (string[][])[["other", "team", "team/a/deeper"], ["team/b"]], options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("99999999999")]
    [InlineData("1.5")]
    public async Task A_page_of_no_number_is_refused(string n)
    {
        await using var registry = await RegistryServer.StartAsync();
        await registry.PushImageAsync("team/app", "1.0");
        foreach (var path in (string[])["/v2/team/app/tags/list", "/v2/_catalog"])
        {
            using var answer = await registry.Client.GetAsync($"{path}?n={n}");
            answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await answer.Content.ReadAsStringAsync()).Should().Contain("PAGINATION_NUMBER_INVALID");
        }
    }

    [Fact]
    public async Task The_tags_of_an_unknown_repository_are_not_found()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var answer = await registry.Client.GetAsync("/v2/team/nothing/tags/list");
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("NAME_UNKNOWN");
    }

    private static async Task<List<string[]>> PagesAsync(RegistryServer registry, string path, string member)
    {
        var pages = new List<string[]>();
        for (string? next = path; next is not null;)
        {
            using var answer = await registry.Client.GetAsync(next);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            pages.Add([.. body.RootElement.GetProperty(member).EnumerateArray().Select(e => e.GetString()!)]);
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('<', '>')[1] : null;
        }

        return pages;
    }
}
