using System.Net;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class HostileNameTests
{
    private static readonly string LongName = new('a', 256);

    public static TheoryData<string> HostileTargets =>
    [
        "/v2/../../../../etc/passwd",
        "/v2/%2e%2e/%2e%2e/%2e%2e/etc/manifests/passwd",
        "/v2/..%2f..%2f..%2fetc/manifests/passwd",
        "/v2/team/..%5c..%5capp/manifests/1.0",
        "/v2/team%2fapp/manifests/1.0",
        "/v2/team/app%00/manifests/1.0",
        "/v2/team/app/manifests/..",
        "/v2/team/app/manifests/%2e%2e",
        "/v2/team/app/manifests/..%2f..%2ftags%2f1.0",
        "/v2/team/app/manifests/sha256:../../../../../../etc/passwd",
        "/v2/team/app/manifests/sha256:..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/v2/team/app/blobs/..%2f..%2fsecret",
        "/v2/team/app/blobs/sha256:..%2f..%2f..%2f..%2fsecret",
        "/v2/team/app/blobs/uploads/..%2f..%2fsecret",
        "/v2/team/app/blobs/uploads/../../secret",
        "/v2/team/app/blobs/uploads/%7b00000000-0000-0000-0000-000000000000%7d",
        "/v2/_manifests/manifests/1.0",
        "/v2/team/_manifests/tags/manifests/1.0",
        "/v2/team//app/manifests/1.0",
        "/v2//manifests/1.0",
        "/v2/manifests/1.0",
        "/v2/Team/app/manifests/1.0",
        "/v2/team/app-/manifests/1.0",
        "/v2/team/.app/manifests/1.0",
        "/v2/t%C3%A9am/app/manifests/1.0",
        "/v2/team/app/manifests/" + new string('a', 129),
        "/v2/" + LongName + "/manifests/1.0",
        "/v2/team/app/referrers/..%2f1.0",
        "/v2/team/app",
        "/v2/nothing/of/the/api",
    ];

    [Theory]
    [MemberData(nameof(HostileTargets))]
    public async Task A_hostile_path_finds_nothing_and_writes_nothing(string target)
    {
        using var folder = new Folder();
        File.WriteAllText(Path.Combine(folder.Path, "secret"), "secret content");
        var data = Path.Combine(folder.Path, "data");
        await using var registry = await RegistryServer.StartAsync(dataFolder: data);
        await registry.PushImageAsync("team/app", "1.0");
        var before = FilesIn(folder.Path);

        foreach (var method in (string[])["GET", "HEAD", "PUT", "PATCH", "DELETE"])
        {
            var answer = await RawRequest.SendAsync(registry.Address, method, target, "Content-Length: 2\r\n\r\n{}");
            answer.Should().MatchRegex("^HTTP/1.1 4[0-9][0-9] ").And.NotContain("secret content").And.NotContain("root:");
        }

        FilesIn(folder.Path).Should().BeEquivalentTo(before);
        registry.Log.Lines.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("..%2f..%2fteam")]
    [InlineData("Team")]
    [InlineData("team/_uploads")]
    [InlineData("team/a..b")]
    [InlineData("team/a___b")]
    public async Task No_upload_starts_under_a_hostile_name(string name)
    {
        await using var registry = await RegistryServer.StartAsync();
        var answer = await RawRequest.SendAsync(registry.Address, "POST", $"/v2/{name}/blobs/uploads/", "Content-Length: 0\r\n\r\n");
        answer.Should().StartWith("HTTP/1.1 400 ").And.Contain("NAME_INVALID");
    }

    [Theory]
    [InlineData("manifests/blobs/tags")]
    [InlineData("blobs/uploads")]
    [InlineData("tags/list")]
    [InlineData("a/manifests/b")]
    [InlineData("v2")]
    public async Task A_repository_may_be_named_like_the_api(string repository)
    {
        await using var registry = await RegistryServer.StartAsync();
        var digest = await registry.PushImageAsync(repository, "list");
        (await registry.Client.GetAsync($"/v2/{repository}/manifests/list")).Headers.GetValues("Docker-Content-Digest").Should().Equal(digest);
        (await registry.Client.GetStringAsync($"/v2/{repository}/tags/list")).Should().Be($$"""{"name":"{{repository}}","tags":["list"]}""");
    }

    [Fact]
    public async Task A_method_that_does_not_fit_is_refused_with_those_that_do()
    {
        await using var registry = await RegistryServer.StartAsync();
        using var answer = await registry.Client.PostAsync("/v2/team/app/manifests/1.0", null);
        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.Should().Equal("GET", "HEAD", "PUT", "DELETE");
    }

    [Theory]
    [InlineData("sha256:abc")]
    [InlineData("sha512:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("")]
    public async Task A_digest_that_is_none_is_refused(string digest)
    {
        await using var registry = await RegistryServer.StartAsync();
        using var post = await registry.Client.PostAsync($"/v2/team/app/blobs/uploads/?digest={digest}", new ByteArrayContent([1]));
        post.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await post.Content.ReadAsStringAsync()).Should().Contain("DIGEST_INVALID");
    }

    private static List<string> FilesIn(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.Contains("/notifications/", StringComparison.Ordinal))];
}
