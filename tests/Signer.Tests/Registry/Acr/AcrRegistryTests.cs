using System.Net;
using System.Text;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Signer.Tests.Registry.Acr;

/// <summary>Instances of Container Registry: their passwords, token realms and listings.</summary>
public sealed class AcrRegistryTests : IAsyncLifetime
{
    private static readonly byte[] Manifest = """{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"layers":[]}"""u8.ToArray();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private AlibabaEmulator? _cloud;
    private RegistryInstance? _instance;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Time = _time }, Cancellation);
        _instance = new RegistryInstance { Id = "cri-1", Name = "demo" };
        _cloud.Instances["cri-1"] = _instance;
    }

    public async ValueTask DisposeAsync() => await _cloud!.DisposeAsync();

    [Fact]
    public async Task It_is_asked_with_a_password_that_Alibaba_Cloud_gave()
    {
        await using var registry = await AskingForPasswordAsync();
        using var adapter = NewAdapter();

        var manifest = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);

        manifest.MediaType.Should().NotBeNull();
        _cloud!.Calls.Should().ContainSingle(call => call.Action == "GetAuthorizationToken").Which.Parameters["InstanceId"].Should().Be("cri-1");
    }

    [Fact]
    public async Task A_password_is_kept_while_it_lasts_and_renewed_before_it_ends()
    {
        await using var registry = await AskingForPasswordAsync();
        using var adapter = NewAdapter();
        for (var minute = 0; minute < 180; minute += 10)
        {
            // No request ever meets a password that has ended.
            _ = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);
            _time.Advance(TimeSpan.FromMinutes(10));
        }

        _instance!.Passwords.Should().HaveCountLessThan(6).And.HaveCountGreaterThan(2);
        registry.Requests.Count(asked => asked.Method == "GET").Should().BeLessThan(18 + 8);
    }

    [Fact]
    public async Task While_Alibaba_Cloud_is_away_the_old_password_serves_as_long_as_it_is_good()
    {
        await using var registry = await AskingForPasswordAsync();
        using var adapter = NewAdapter();
        _ = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);
        _cloud!.Faults.Fail("GetAuthorizationToken", int.MaxValue, 403, "Forbidden.RAM");
        _time.Advance(TimeSpan.FromMinutes(57));

        _ = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);

        _time.Advance(TimeSpan.FromMinutes(5));
        var ask = () => adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);
        var failure = (await ask.Should().ThrowAsync<RegistryException>()).Which;
        failure.Code.Should().Be(RegistryException.Unauthorized);
        failure.Message.Should().Contain("cri-1").And.Contain("Forbidden.RAM").And.Contain("request id").And.Contain("deploy/ram");
    }

    [Fact]
    public async Task A_password_that_was_withdrawn_is_replaced_at_once()
    {
        await using var registry = await AskingForPasswordAsync();
        using var adapter = NewAdapter();
        _ = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);
        _time.Advance(TimeSpan.FromMinutes(1));
        _instance!.Passwords.Clear();

        _ = await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);

        _instance.Passwords.Should().ContainSingle();
    }

    [Fact]
    public async Task Many_at_once_ask_for_one_password()
    {
        await using var registry = await AskingForPasswordAsync();
        using var adapter = NewAdapter();

        await Parallel.ForAsync(0, 50, Cancellation, async (_, cancelled) =>
            await adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), cancelled));

        _instance!.Passwords.Should().ContainSingle();
    }

    [Theory]
    [InlineData("https://dockerauth.cn-beijing.aliyuncs.com/auth")]
    [InlineData("https://dockerauth.cn-hongkong.aliyuncs.com.attacker.example/auth")]
    [InlineData("https://attacker.example/dockerauth.cn-hongkong.aliyuncs.com")]
    [InlineData("http://dockerauth.cn-hongkong.aliyuncs.com/auth")]
    [InlineData("https://dockerauth.cn-hongkong.aliyuncs.com:8443/auth")]
    [InlineData("https://x-dockerauth.cn-hongkong.aliyuncs.com/auth")]
    public async Task Lesson_CVE_2025_27403_its_password_goes_to_its_own_regions_token_realms_only(string realm)
    {
        await using var registry = await ScriptedRegistry.StartAsync(context =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"""Bearer realm="{realm}",service="registry",scope="repository:demo/app:pull" """;
            return Task.CompletedTask;
        });
        using var adapter = NewAdapter();

        var ask = () => adapter.Registry.GetManifestAsync(Configured(registry), ImageOf(registry), Cancellation);

        (await ask.Should().ThrowAsync<RegistryException>()).Which.Code.Should().Be(RegistryException.RealmNotAllowed);
        _cloud!.Calls.Should().BeEmpty("not even a password was asked for");
    }

    [Theory]
    [InlineData("dockerauth.cn-hongkong.aliyuncs.com", true)]
    [InlineData("dockerauth-vpc.cn-hongkong.aliyuncs.com", true)]
    [InlineData("dockerauth-ee.cn-hongkong.aliyuncs.com", true)]
    [InlineData("dockerauth-ee-vpc.cn-hongkong.aliyuncs.com", true)]
    [InlineData("dockerauth-cn-hongkong.aliyuncs.com", true)]
    [InlineData("dockerauth.cn-beijing.aliyuncs.com", false)]
    [InlineData("evil-dockerauth.cn-hongkong.aliyuncs.com", false)]
    public void The_realms_of_a_region_are_known(string host, bool known) =>
        Signer.Registry.Acr.AcrRealms.Contains(new AcrInstance { InstanceId = "cri-1", Region = "cn-hongkong" }, host).Should().Be(known);

    [Fact]
    public async Task Namespaces_repositories_and_tags_are_listed_over_all_pages()
    {
        foreach (var number in Enumerable.Range(0, 101))
        {
            _instance!.Add($"team-{number:D3}", "app", "1", Digest.Of("x"u8).ToString());
        }

        foreach (var number in Enumerable.Range(0, 250))
        {
            _instance!.Add("big", $"app/{number}", "1", Digest.Of("x"u8).ToString());
            _instance.Add("big", "app/tagged", $"v{number}", Digest.Of("x"u8).ToString());
        }

        using var adapter = NewAdapter();
        var registry = new ConfiguredRegistry { Name = "demo", Host = "demo.example.com", Url = new Uri("https://demo.example.com"), Acr = Instance("team-*", "big") };

        (await adapter.Instances.ListNamespacesAsync(registry).ToListAsync(Cancellation)).Should().HaveCount(102);
        var repositories = await adapter.Instances.ListRepositoriesAsync(registry, "big").ToListAsync(Cancellation);
        repositories.Should().HaveCount(251);
        var tags = await adapter.Instances.ListTagsAsync(registry, repositories.Single(repository => repository.Name == "app/tagged").Id).ToListAsync(Cancellation);
        tags.Select(tag => tag.Tag).Should().BeEquivalentTo(Enumerable.Range(0, 250).Select(number => $"v{number}"));
    }

    [Fact]
    public async Task Its_lists_tell_what_a_comparison_needs_whichever_way_the_digest_is_written()
    {
        var (one, two) = (Digest.Of("one"u8), Digest.Of("two"u8));
        _instance!.Add("kritis-demo", "app", "1", one.ToString());
        _instance.Add("kritis-demo", "app", "2", two.Hex);
        _instance.Add("kritis-demo", "app", "3", "none");
        _instance.Add("other", "app", "1", one.ToString());
        using var adapter = NewAdapter();
        var registry = new ConfiguredRegistry { Name = "demo", Host = "demo.example.com", Url = new Uri("https://demo.example.com"), Acr = Instance("kritis-*") };

        var repositories = await adapter.Contents.Of(registry).RepositoriesAsync(registry, Cancellation).ToListAsync(Cancellation);
        var repository = repositories.SelectMany(page => page).Should().ContainSingle().Subject;
        var tags = await adapter.Contents.Of(registry).TagsAsync(registry, repository, Cancellation).ToListAsync(Cancellation);

        repository.Name.Should().Be("kritis-demo/app");
        tags.SelectMany(page => page).Should().BeEquivalentTo([new ListedTag("1", one), new ListedTag("2", two), new ListedTag("3")]);
    }

    [Fact]
    public async Task Only_the_namespaces_that_the_resource_names_are_listed()
    {
        _instance!.Add("kritis-demo", "app", "1", "sha256:0");
        _instance.Add("other", "app", "1", "sha256:0");
        using var adapter = NewAdapter();
        var registry = new ConfiguredRegistry { Name = "demo", Host = "demo.example.com", Url = new Uri("https://demo.example.com"), Acr = Instance("kritis-*") };

        (await adapter.Instances.ListNamespacesAsync(registry).ToListAsync(Cancellation)).Should().Equal("kritis-demo");
    }

    [Fact]
    public async Task An_unknown_instance_is_named()
    {
        using var adapter = NewAdapter();
        var registry = new ConfiguredRegistry { Name = "demo", Host = "demo.example.com", Url = new Uri("https://demo.example.com"), Acr = Instance() with { InstanceId = "cri-none" } };

        var list = async () => await adapter.Instances.ListNamespacesAsync(registry).ToListAsync(Cancellation);

        (await list.Should().ThrowAsync<RegistryException>()).Which.Message.Should().Contain("registry 'demo', instance cri-none").And.Contain("INSTANCE_NOT_EXIST").And.Contain("request id");
    }

    [Theory]
    [InlineData("""{"Namespaces":"none","IsSuccess":true}""")]
    [InlineData("""{"Namespaces":[1],"IsSuccess":true}""")]
    [InlineData("""{"Namespaces":[{}],"IsSuccess":true}""")]
    [InlineData("""{"IsSuccess":false,"Code":"SYSTEM_ERROR","RequestId":"R-1"}""")]
    [InlineData("{")]
    public async Task A_listing_that_cannot_be_read_is_an_error_not_an_empty_list(string body)
    {
        _cloud!.Faults.Garble("ListNamespace", int.MaxValue, body);
        using var adapter = NewAdapter();
        var registry = new ConfiguredRegistry { Name = "demo", Host = "demo.example.com", Url = new Uri("https://demo.example.com"), Acr = Instance() };

        var list = async () => await adapter.Instances.ListNamespacesAsync(registry).ToListAsync(Cancellation);

        await list.Should().ThrowAsync<RegistryException>();
    }

    private static AcrInstance Instance(params string[] namespaces) =>
        new() { InstanceId = "cri-1", Region = "cn-hongkong", Namespaces = namespaces.Length == 0 ? ["*"] : namespaces };

    private static ConfiguredRegistry Configured(ScriptedRegistry registry) => registry.Configured() with { Acr = Instance() };

    private static Image ImageOf(ScriptedRegistry registry) => new(registry.Authority, "demo/app", Digest.Of(Manifest));

    // A registry that takes each password until it ends, as Container Registry does.
    private Task<ScriptedRegistry> AskingForPasswordAsync() => ScriptedRegistry.StartAsync(async context =>
    {
        var given = context.Request.Headers.Authorization.ToString();
        var isGood = _instance!.Passwords.Any(password => password.ExpiresAt > _time.GetUtcNow()
            && given == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"cr_temp_user:{password.Password}")));
        if (!isGood)
        {
            context.Response.StatusCode = (int)HttpStatusCode.Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"registry\"";
            return;
        }

        context.Response.ContentType = "application/vnd.oci.image.manifest.v1+json";
        await context.Response.Body.WriteAsync(Manifest, Cancellation);
    });

    private Adapter NewAdapter() => new(
        null,
        _time,
        ("AlibabaCloud:AccessKeyId", "testAK"),
        ("AlibabaCloud:AccessKeySecret", "testSecret"),
        ("AlibabaCloud:CallDeadline", "00:00:00.1"),
        ("AlibabaCloud:Endpoints:ContainerRegistry", _cloud!.Url.GetLeftPart(UriPartial.Authority)));
}
