using System.Text.Json;
using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.AlibabaCloud.Emulator.SecurityCenter;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Clients;

/// <summary>Container Registry, Security Center and STS as official clients see them.</summary>
public sealed class OtherServicesTests : IAsyncLifetime
{
    private AlibabaEmulator _cloud = null!;

    public static TheoryData<string> Clients => ["openapi", "openapi-v1"];

    public async ValueTask InitializeAsync() => _cloud = await AlibabaEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _cloud.DisposeAsync();

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_registry_gives_a_password_with_its_end_in_milliseconds(string client)
    {
        var instance = Instance();
        var before = DateTimeOffset.UtcNow;

        var answer = await AskAsync(client, "cr:GetAuthorizationToken", new { InstanceId = instance.Id });

        answer.Text("TempUsername").Should().NotBeEmpty();
        answer.Text("AuthorizationToken").Should().Be(instance.Passwords.Single().Password);
        DateTimeOffset.FromUnixTimeMilliseconds(answer.Body.GetProperty("ExpireTime").GetInt64()).Should().BeAfter(before);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Namespaces_repositories_and_tags_are_listed_by_the_page(string client)
    {
        var instance = Instance();

        var namespaces = await AskAsync(client, "cr:ListNamespace", new { InstanceId = instance.Id, PageNo = 1, PageSize = 100 });
        var repositories = await AskAsync(client, "cr:ListRepository", new { InstanceId = instance.Id, RepoNamespaceName = "kritis-demo" });
        var repository = repositories.Body.GetProperty("Repositories")[0].GetProperty("RepoId").GetString();
        var second = await AskAsync(client, "cr:ListRepoTag", new { InstanceId = instance.Id, RepoId = repository, PageNo = 2, PageSize = 1 });

        namespaces.Body.GetProperty("Namespaces").EnumerateArray().Select(item => item.GetProperty("NamespaceName").GetString()).Should().Equal("kritis-demo", "other");
        second.Body.GetProperty("Images").EnumerateArray().Should().ContainSingle()
            .Which.GetProperty("Digest").GetString().Should().Be("sha256:bb");
        second.Body.GetProperty("TotalCount").GetString().Should().Be("2");
    }

    [Fact]
    public async Task An_instance_that_is_not_there_is_refused() =>
        (await AskAsync("openapi", "cr:GetAuthorizationToken", new { InstanceId = "cri-gone" })).Code.Should().Be("INSTANCE_NOT_EXIST");

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Witnesses_and_policies_are_listed_with_all_fields(string client)
    {
        _cloud.Attestors.Enqueue(new Attestor("release", "key-1", "version-1", "cn-hongkong", "a note"));
        _cloud.Policies.Enqueue(new BinarySecurityPolicy
        {
            Name = "default-namespace",
            Status = "disabled",
            Clusters = [new PolicyCluster("c1", "default", "prod")],
            RequiredAttestors = ["release"],
        });

        var attestors = await AskAsync(client, "sas:DescribeAttestors", new { CurrentPage = 1, PageSize = 20 });
        var policies = await AskAsync(client, "sas:DescribeBinarySecurityPolicies", new { Status = "disabled" });

        JsonSerializer.Serialize(attestors.Body.GetProperty("Attestors")[0]).Should().Be(
            """{"Name":"release","Remark":"a note","KeyId":"key-1","KeyVersionId":"version-1","KeyRegionId":"cn-hongkong"}""");
        attestors.Body.GetProperty("PageInfo").GetProperty("TotalCount").GetInt32().Should().Be(1);
        var policy = policies.Body.GetProperty("BinarySecurityPolicies")[0];
        policy.GetProperty("Status").GetString().Should().Be("disabled");
        policy.GetProperty("Clusters")[0].GetProperty("Namespaces").GetArrayLength().Should().Be(2);
        policy.GetProperty("Policy").GetProperty("RequiredAttestors")[0].GetString().Should().Be("release");
    }

    [Fact]
    public async Task A_pods_token_is_exchanged_for_a_key_that_KMS_takes()
    {
        var key = _cloud.Keys.Create();

        var assumed = await AskAsync("sts", "AssumeRoleWithOIDC", Role(_cloud.Options.OidcToken));
        var credentials = assumed.Body.GetProperty("Credentials");
        var issued = new AccessKey
        {
            Id = credentials.GetProperty("AccessKeyId").GetString()!,
            Secret = credentials.GetProperty("AccessKeySecret").GetString()!,
            SecurityToken = credentials.GetProperty("SecurityToken").GetString(),
        };
        var described = await new OfficialClient("kms", issued).AskKmsAsync(_cloud.Url, "DescribeKey", new { KeyId = key.Id });

        described.Code.Should().BeNull(described.Message);
        credentials.GetProperty("Expiration").GetString().Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
    }

    [Fact]
    public async Task Another_pods_token_is_refused() =>
        (await AskAsync("sts", "AssumeRoleWithOIDC", Role("forged"))).Code.Should().Be("AuthenticationFail.OIDCToken.Invalid");

    private static object Role(string token) => new
    {
        RoleArn = "acs:ram::1234567890123456:role/kritis-signer",
        OIDCProviderArn = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1",
        OIDCToken = token,
        RoleSessionName = "kritis-signer",
    };

    private RegistryInstance Instance()
    {
        var instance = new RegistryInstance { Id = "cri-demo", Name = "kritis-demo-registry" };
        instance.Add("kritis-demo", "alpine", "3.11", "sha256:aa");
        instance.Add("kritis-demo", "alpine", "3.12", "sha256:bb");
        instance.Add("other", "app", "1", "sha256:cc");
        _cloud.Instances[instance.Id] = instance;
        return instance;
    }

    private Task<ClientAnswer> AskAsync(string client, string action, object parameters) =>
        OfficialClient.Of(client, _cloud).AskAsync(_cloud.Url, action, parameters);
}
