using Kritis.Events.AlibabaCloud.Emulator.ContainerRegistry;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Registry.Acr;
using Kritis.Events.Signer.Tests.AlibabaCloud;

namespace Kritis.Events.Signer.Tests.Registry.Acr;

/// <summary>What the adapter of Container Registry's API must do, whichever client it calls with.</summary>
public abstract class ContainerRegistryCallsContract : IAsyncLifetime
{
    private static readonly AcrInstance Instance = new() { InstanceId = "cri-1", Region = "cn-hongkong", Namespaces = ["*"] };
    private readonly RegistryInstance _held = new() { Id = "cri-1", Name = "demo" };
    private CloudUnderTest? _cloud;

    private protected CloudUnderTest Cloud => _cloud!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected abstract IContainerRegistryCalls CallsOf(CloudUnderTest cloud);

    public async ValueTask InitializeAsync()
    {
        _cloud = await CloudUnderTest.StartAsync();
        _cloud.Emulator.Instances["cri-1"] = _held;
    }

    public async ValueTask DisposeAsync()
    {
        await Cloud.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_password_comes_with_its_user_name_and_its_end()
    {
        var password = await CallsOf(Cloud).GetAuthorizationTokenAsync(Instance, Cancellation);

        _held.Passwords.Should().Contain(given => given.Password == password.Password);
        password.Username.Should().NotBeEmpty();
        password.ExpiresAt.Should().BeAfter(DateTimeOffset.UtcNow.AddMinutes(50)).And.BeBefore(DateTimeOffset.UtcNow.AddMinutes(70));
        password.ToString().Should().NotContain(password.Password);
    }

    [Fact]
    public async Task Namespaces_repositories_and_tags_come_a_page_at_a_time()
    {
        for (var number = 0; number < 101; number++)
        {
            _held.Add($"ns{number:D3}", "app", "latest", "sha256:" + new string('a', 64));
        }

        var calls = CallsOf(Cloud);

        (await calls.ListNamespacesAsync(Instance, 1, Cancellation)).Should().HaveCount(100);
        (await calls.ListNamespacesAsync(Instance, 2, Cancellation)).Should().ContainSingle();
        var repository = (await calls.ListRepositoriesAsync(Instance, "ns007", 1, Cancellation)).Should().ContainSingle().Which;
        repository.Should().BeEquivalentTo(new { Namespace = "ns007", Name = "app" });
        (await calls.ListTagsAsync(Instance, repository.Id, 1, Cancellation)).Should().ContainSingle().Which.Tag.Should().Be("latest");
    }

    [Fact]
    public async Task A_refusal_names_code_and_request_id()
    {
        Cloud.Emulator.Faults.Fail("GetAuthorizationToken", 1, 403, "Forbidden.RAM", "not allowed");

        var failure = (await ((Func<Task>)(() => CallsOf(Cloud).GetAuthorizationTokenAsync(Instance, Cancellation))).Should().ThrowAsync<AlibabaCloudException>()).Which;

        failure.Code.Should().Be("Forbidden.RAM");
        failure.RequestId.Should().NotBeNullOrEmpty();
        failure.Message.Should().ContainAll("GetAuthorizationToken in cn-hongkong", "not allowed", failure.RequestId, "deploy/ram");
    }

    [Theory]
    [InlineData("""{"IsSuccess":false,"Code":"INSTANCE_NOT_EXIST","RequestId":"R-1"}""", "INSTANCE_NOT_EXIST")]
    [InlineData("""{"IsSuccess":true,"RequestId":"R-1"}""", AlibabaCloudException.AnswerUnreadable)]
    [InlineData("not json", AlibabaCloudException.AnswerUnreadable)]
    [InlineData("[]", AlibabaCloudException.AnswerUnreadable)]
    public async Task An_answer_that_gives_nothing_is_an_error(string body, string code)
    {
        Cloud.Emulator.Faults.Garble("ListNamespace", 1, body);

        var list = () => CallsOf(Cloud).ListNamespacesAsync(Instance, 1, Cancellation);

        (await list.Should().ThrowAsync<AlibabaCloudException>()).Which.Code.Should().Be(code);
    }

    [Fact]
    public async Task A_connection_that_is_cut_may_pass()
    {
        Cloud.Emulator.Faults.Drop("ListNamespace", 1);

        var list = () => CallsOf(Cloud).ListNamespacesAsync(Instance, 1, Cancellation);

        (await list.Should().ThrowAsync<AlibabaCloudException>()).Which.Transient.Should().BeTrue();
    }
}

/// <summary>The contract with this project's own protocol client.</summary>
public sealed class RpcContainerRegistryCallsTests : ContainerRegistryCallsContract
{
    private protected override IContainerRegistryCalls CallsOf(CloudUnderTest cloud) => new RpcContainerRegistryCalls(cloud.Client);
}
