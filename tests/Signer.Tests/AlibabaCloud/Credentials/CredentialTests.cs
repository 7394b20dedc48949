using System.Net;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Servers;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Kritis.Events.Signer.Tests.Intake;
using Kritis.Events.Signer.Tests.Registry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Signer.Tests.AlibabaCloud.Credentials;

/// <summary>Where credentials come from, in which order, and how they are renewed.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RecordedLog _log = new();
    private readonly ServerFolder _folder = new("credentials");
    private AlibabaEmulator _cloud = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Time = _time }, Cancellation);

    public async ValueTask DisposeAsync()
    {
        await _cloud.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_way_wins_over_those_behind_it()
    {
        var token = _folder.Write("token", _cloud.Options.OidcToken);
        (string, string)[] everything =
        [
            ("AlibabaCloud:AccessKeyId", "testAK"), ("AlibabaCloud:AccessKeySecret", "testSecret"),
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "from-environment"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s"),
            ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/kritis"), ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1:oidc-provider/ack"), ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", token),
        ];
        var used = new List<string>();
        for (var left = everything; ; left = left[(left.Length is 7 or 5 ? 2 : 3)..])
        {
            using var services = Services(left);
            used.Add((await Chain(services).GetAsync(Cancellation)).AccessKeyId);
            if (left.Length == 0)
            {
                break;
            }
        }

        used[0].Should().Be("testAK");
        used[1].Should().Be("from-environment");
        used[2].Should().StartWith("STS.");
        used[3].Should().StartWith("STS.");
        _cloud.Calls.Should().ContainSingle("only the third way asks STS").Which.Action.Should().Be("AssumeRoleWithOIDC");
    }

    [Theory]
    [InlineData("settings")]
    [InlineData("environment")]
    public async Task A_temporary_access_key_comes_with_its_token(string way)
    {
        var key = _cloud.Accounts.Issue();
        using var services = way == "settings"
            ? Services(("AlibabaCloud:AccessKeyId", key.Id), ("AlibabaCloud:AccessKeySecret", key.Secret), ("AlibabaCloud:SecurityToken", key.SecurityToken!))
            : Services(("ALIBABA_CLOUD_ACCESS_KEY_ID", key.Id), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", key.Secret), ("ALIBABA_CLOUD_SECURITY_TOKEN", key.SecurityToken!));

        await CallAsync(services);

        _cloud.Calls.Should().ContainSingle().Which.Outcome.Should().Be("ok");
        (await Chain(services).GetAsync(Cancellation)).ToString().Should().NotContain(key.Secret).And.NotContain(key.SecurityToken!);
    }

    [Fact]
    public async Task RRSA_reads_the_rotated_token_anew()
    {
        var token = _folder.Write("token", "an old one");
        using var services = Rrsa(token);
        var early = async () => await Chain(services).GetAsync(Cancellation);
        (await early.Should().ThrowAsync<AlibabaCloudException>()).Which.Message.Should().Contain("OIDCToken").And.NotContain("an old one");

        _ = _folder.Write("token", _cloud.Options.OidcToken + "\n");

        await CallAsync(services);
        _cloud.Calls.Last(call => call.Action == "AssumeRoleWithOIDC").Parameters.Should().Contain("RoleSessionName", "kritis-events").And.NotContainKey("AccessKeyId");
    }

    [Fact]
    public async Task The_role_of_the_instance_is_the_way_without_any_setting()
    {
        using var services = Services();

        await CallAsync(services);

        _cloud.Accounts.Issued.Should().Be(1);
    }

    [Fact]
    public async Task No_call_waits_or_fails_while_temporary_credentials_change()
    {
        using var services = Services();
        for (var minute = 0; minute < 240; minute += 2)
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            await CallAsync(services);
            // Renewed behind a call, long before their end: the clock of this test runs faster than any network.
            await Eventually.Async("they are renewed in time", async () =>
                (await Chain(services).GetAsync(Cancellation)).ExpiresAt > _time.GetUtcNow() + TimeSpan.FromMinutes(4.8), Cancellation);
        }

        _cloud.Calls.Should().OnlyContain(call => call.Outcome == "ok");
        _cloud.Accounts.Issued.Should().BeInRange(4, 8);
    }

    [Fact]
    public async Task Many_at_once_ask_once()
    {
        using var services = Services();

        await Parallel.ForAsync(0, 100, Cancellation, async (_, cancelled) => await Chain(services).GetAsync(cancelled));

        _cloud.Accounts.Issued.Should().Be(1);
    }

    [Fact]
    public async Task While_STS_is_away_the_old_ones_serve_and_the_log_says_so_without_a_secret()
    {
        var token = _folder.Write("token", _cloud.Options.OidcToken);
        using var services = Rrsa(token);
        var first = await Chain(services).GetAsync(Cancellation);
        _cloud.Faults.Fail("AssumeRoleWithOIDC", int.MaxValue, 403, "NoPermission", "no trust");
        _time.Advance(TimeSpan.FromMinutes(57));

        (await Chain(services).GetAsync(Cancellation)).Should().Be(first);

        await Eventually.Async("the failure is logged", () => _log.Lines.Any(line => line.Text.Contains("could not be renewed")), Cancellation);
        string.Join('\n', _log.Lines.Select(line => line.Text)).Should().Contain("NoPermission").And.NotContain(first.AccessKeySecret).And.NotContain(first.SecurityToken!).And.NotContain(_cloud.Options.OidcToken);
        (await Chain(services).GetAsync(Cancellation)).Should().Be(first);
        _time.Advance(TimeSpan.FromMinutes(10));
        var late = async () => await Chain(services).GetAsync(Cancellation);
        (await late.Should().ThrowAsync<AlibabaCloudException>()).Which.RequestId.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task Credentials_that_a_service_calls_expired_are_replaced_in_the_same_call()
    {
        using var services = Services();
        await CallAsync(services);
        _time.Advance(TimeSpan.FromMinutes(5));
        _cloud.Accounts.ExpireAll();

        await CallAsync(services);

        _cloud.Calls.Select(call => call.Outcome).Should().Equal("ok", "InvalidSecurityToken.Expired", "ok");
    }

    public static TheoryData<string, string, string> Incomplete => new()
    {
        { "ALIBABA_CLOUD_ACCESS_KEY_ID", "x", "ALIBABA_CLOUD_ACCESS_KEY_ID is set, but ALIBABA_CLOUD_ACCESS_KEY_SECRET is not" },
        { "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "x", "ALIBABA_CLOUD_ACCESS_KEY_SECRET is set, but ALIBABA_CLOUD_ACCESS_KEY_ID is not" },
        { "ALIBABA_CLOUD_ROLE_ARN", "x", "RRSA needs AlibabaCloud:OidcProviderArn" },
        { "ALIBABA_CLOUD_OIDC_TOKEN_FILE", "x", "RRSA needs AlibabaCloud:RoleArn" },
        { "ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true", "nothing is configured" },
        { "ALIBABA_CLOUD_ECS_METADATA", "another-role", "answered 404" },
        { "AlibabaCloud:EcsRoleName", "../../escape", "names no RAM role" },
        { "AlibabaCloud:Endpoints:Metadata", "http://127.0.0.1:1", "cannot be used" },
    };

    [Theory]
    [MemberData(nameof(Incomplete))]
    public async Task What_is_missing_is_one_sentence(string key, string value, string said)
    {
        using var services = Services((key, value));

        var get = async () => await Chain(services).GetAsync(Cancellation);

        var failure = (await get.Should().ThrowAsync<AlibabaCloudException>()).Which;
        failure.Message.Should().Contain(said);
        failure.Transient.Should().BeFalse();
    }

    [Theory]
    [InlineData("AlibabaCloud:AccessKeyId", "one is set without the other")]
    [InlineData("AlibabaCloud:SecurityToken", "is set without AlibabaCloud:AccessKeyId")]
    public void Half_a_setting_stops_the_start(string key, string said)
    {
        using var services = Services((key, "x"));

        var read = () => services.GetRequiredService<IOptions<AlibabaCloudOptions>>().Value;

        read.Should().Throw<OptionsValidationException>().WithMessage($"*{said}*");
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "has nothing in it")]
    [InlineData(" \n ", "only white space")]
    [InlineData("long", "more than 20000 bytes")]
    public async Task A_token_file_that_is_none_is_told_with_its_path(string? content, string said)
    {
        var path = content is null ? _folder.File("missing") : _folder.Write("token", content == "long" ? new string('x', 30_000) : content);
        using var services = Rrsa(path);

        var get = async () => await Chain(services).GetAsync(Cancellation);

        (await get.Should().ThrowAsync<AlibabaCloudException>()).Which.Message.Should().Contain(path).And.Contain(said);
    }

    [Theory]
    [InlineData("<html>captive portal</html>")]
    [InlineData("{}")]
    [InlineData("""{"Code":"Failed"}""")]
    [InlineData("""{"Code":"Success","AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"c","Expiration":"tomorrow"}""")]
    [InlineData("""{"Code":"Success","AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"c","Expiration":"2020-01-01T00:00:00Z"}""")]
    [InlineData("""{"Code":"Success","AccessKeyId":1}""")]
    [InlineData("huge")]
    [InlineData("redirect")]
    public async Task Instance_metadata_that_is_none_gives_no_credentials(string answer)
    {
        await using var metadata = await ScriptedRegistry.StartAsync(async context =>
        {
            if (context.Request.Path.Value!.EndsWith("/token", StringComparison.Ordinal))
            {
                await context.Response.Body.WriteAsync("a-token"u8.ToArray(), Cancellation);
                return;
            }

            context.Response.StatusCode = (int)(answer == "redirect" ? HttpStatusCode.Redirect : HttpStatusCode.OK);
            context.Response.Headers.Location = "http://attacker.example/";
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer == "huge" ? new string('x', 100_000) : answer), Cancellation);
        });
        using var services = Services(("AlibabaCloud:EcsRoleName", "kritis-node"), ("AlibabaCloud:Endpoints:Metadata", metadata.Url.ToString()));

        var get = async () => await Chain(services).GetAsync(Cancellation);

        (await get.Should().ThrowAsync<AlibabaCloudException>()).Which.Code.Should().BeOneOf(AlibabaCloudException.NoCredentials, AlibabaCloudException.AnswerUnreadable);
    }

    [Fact]
    public async Task Instance_metadata_without_hardened_mode_is_not_asked()
    {
        await using var metadata = await ScriptedRegistry.StartAsync(context => ScriptedRegistry.StatusAsync(context, context.Request.Method == "PUT" ? HttpStatusCode.NotFound : HttpStatusCode.OK));
        using var services = Services(("AlibabaCloud:Endpoints:Metadata", metadata.Url.ToString()));

        var get = async () => await Chain(services).GetAsync(Cancellation);

        await get.Should().ThrowAsync<AlibabaCloudException>();
        metadata.Requests.Should().OnlyContain(asked => asked.Method == "PUT");
    }

    private static CredentialChain Chain(IServiceProvider services) => services.GetRequiredService<CredentialChain>();

    private static async Task CallAsync(IServiceProvider services) => _ = await services.GetRequiredService<RpcClient>().CallAsync(
        new RpcCall { Service = RpcService.SecurityCenter, Region = "cn-shanghai", Action = "DescribeAttestors" }, Cancellation);

    private ServiceProvider Rrsa(string tokenFile) => Services(
        ("AlibabaCloud:RoleArn", "acs:ram::1:role/kritis"), ("AlibabaCloud:OidcProviderArn", "acs:ram::1:oidc-provider/ack"), ("AlibabaCloud:OidcTokenFile", tokenFile));

    private ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var url = _cloud.Url.GetLeftPart(UriPartial.Authority);
        var values = new Dictionary<string, string?>
        {
            ["AlibabaCloud:Endpoints:Sts"] = url,
            ["AlibabaCloud:Endpoints:SecurityCenter"] = url,
            ["AlibabaCloud:Endpoints:Metadata"] = url,
            ["AlibabaCloud:CallDeadline"] = "00:00:00.2",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(_time)
            .AddLogging(logging => logging.AddProvider(_log))
            .AddMetrics()
            .AddAlibabaCloud(configuration)
            .BuildServiceProvider();
    }
}
