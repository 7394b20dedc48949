using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Signer.Tests.AlibabaCloud.Rpc;

/// <summary>The protocol client against the emulator: what is refused, what is tried again, what is said.</summary>
public sealed class RpcClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_that_is_off_is_told_with_both_times()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow - TimeSpan.FromHours(1));
        await using var cloud = await CloudUnderTest.StartAsync(time: time);

        var failure = await RefusedAsync(cloud, Describe("key-1"));

        failure.Code.Should().Be("IllegalTimestamp");
        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain("synchronise it (NTP)").And.Contain("this machine's").And.Contain(failure.RequestId);
    }

    [Fact]
    public async Task An_unknown_access_key_is_told()
    {
        await using var cloud = await CloudUnderTest.StartAsync(set: options => options.AccessKeyId = "gone");

        var failure = await RefusedAsync(cloud, Describe("key-1"));

        failure.Code.Should().Be("InvalidAccessKeyId.NotFound");
        failure.Message.Should().Contain("Check the access key id").And.NotContain("testSecret");
    }

    [Fact]
    public async Task An_expired_token_that_cannot_be_renewed_is_told()
    {
        var emulated = new EmulatorOptions();
        await using var issuing = await AlibabaEmulator.StartAsync(emulated, Cancellation);
        var key = issuing.Accounts.Issue();
        await using var cloud = await CloudUnderTest.StartAsync(set: options =>
            (options.AccessKeyId, options.AccessKeySecret, options.SecurityToken) = (key.Id, key.Secret, key.SecurityToken));
        _ = cloud.Emulator.Accounts.Add(key);
        (await RefusedAsync(cloud, Describe("key-1"))).Code.Should().Be("Forbidden.KeyNotFound", "the token itself was good");
        cloud.Emulator.Accounts.ExpireAll();

        var failure = await RefusedAsync(cloud, Describe("key-1"));

        failure.Code.Should().Be("InvalidSecurityToken.Expired");
        failure.Transient.Should().BeFalse();
        failure.Message.Should().Contain("RRSA").And.NotContain(key.SecurityToken!).And.NotContain(key.Secret);
    }

    [Fact]
    public async Task Every_request_has_a_nonce_of_its_own()
    {
        await using var cloud = await CloudUnderTest.StartAsync();
        var key = cloud.Emulator.Keys.Create("EC_P256");

        await Parallel.ForAsync(0, 200, Cancellation, async (_, cancelled) => await cloud.Client.CallAsync(Describe(key.Id), cancelled));

        cloud.Emulator.Calls.Should().OnlyContain(call => call.Outcome == "ok");
    }

    [Theory]
    [InlineData("name with blanks & signs = ? / + %20 *~'()", "Grüße 漢字")]
    [InlineData("", "\n")]
    public async Task Parameters_of_any_kind_are_signed_right(string name, string remark)
    {
        await using var cloud = await CloudUnderTest.StartAsync();

        var answer = await cloud.Client.CallAsync(new RpcCall
        {
            Service = RpcService.SecurityCenter,
            Region = "cn-shanghai",
            Action = "DescribeAttestors",
            Parameters = new Dictionary<string, string> { ["Name"] = name, ["Remark"] = remark },
        }, Cancellation);

        answer.RequestId.Should().NotBeNullOrEmpty();
        cloud.Emulator.Calls.Should().ContainSingle().Which.Parameters["Remark"].Should().Be(remark);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut()
    {
        await using var cloud = await CloudUnderTest.StartAsync();
        cloud.Emulator.Faults.Garble("DescribeKey", 1, new string('x', 5 * 1024 * 1024));

        (await RefusedAsync(cloud, Describe("key-1"))).Message.Should().Contain("more than 4194304 bytes");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var cloud = await CloudUnderTest.StartAsync();
        cloud.Emulator.Faults.Garble("DescribeKey", 1, "", status: 302);

        (await RefusedAsync(cloud, Describe("key-1"))).Code.Should().Be("HTTP302");
    }

    [Fact]
    public async Task A_slow_answer_ends_the_attempt_and_is_asked_for_again()
    {
        await using var cloud = await CloudUnderTest.StartAsync(set: options => options.AttemptTimeout = TimeSpan.FromSeconds(0.3));
        var key = cloud.Emulator.Keys.Create("EC_P256");
        cloud.Emulator.Faults.Delay("DescribeKey", 1, TimeSpan.FromMinutes(1));

        _ = await cloud.Client.CallAsync(Describe(key.Id), Cancellation);

        cloud.Emulator.Calls.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_gets_no_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var cloud = await CloudUnderTest.StartAsync(new EmulatorOptions { Certificate = certificate }, options => options.CallDeadline = TimeSpan.FromSeconds(0.2));
        cloud.Emulator.Url.Scheme.Should().Be("https");

        var failure = await RefusedAsync(cloud, Describe("key-1"));

        failure.Code.Should().Be(AlibabaCloudException.Unreachable);
        cloud.Emulator.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData("cn-hongkong", "public", "https://kms.cn-hongkong.aliyuncs.com/")]
    [InlineData("cn-hongkong", "vpc", "https://kms-vpc.cn-hongkong.aliyuncs.com/")]
    public void Endpoints_are_those_of_the_region_and_network(string region, string network, string url) =>
        RpcService.Kms.Endpoint(region, new AlibabaCloudOptions { Network = network }).Should().Be(new Uri(url));

    [Fact]
    public void An_endpoint_of_a_single_region_wins_over_the_one_for_all()
    {
        var options = new AlibabaCloudOptions { Endpoints = new EndpointOptions { Kms = "https://kms.{region}.example.com" } };
        options.Endpoints.Regions["cn-beijing"] = new EndpointOptions { Kms = "https://kst-1.cryptoservice.kms.aliyuncs.com" };

        RpcService.Kms.Endpoint("cn-hongkong", options).Host.Should().Be("kms.cn-hongkong.example.com");
        RpcService.Kms.Endpoint("cn-beijing", options).Host.Should().Be("kst-1.cryptoservice.kms.aliyuncs.com");
        RpcService.Sts.Endpoint(null, new AlibabaCloudOptions()).Host.Should().Be("sts.aliyuncs.com");
    }

    [Theory]
    [InlineData("Network", "private", "expected public or vpc")]
    [InlineData("KmsCallsPerSecond", "0", "expected 1 to 10000")]
    [InlineData("AttemptTimeout", "01:00:00", "expected 00:00:00.1")]
    [InlineData("CallDeadline", "00:00:00", "above zero")]
    [InlineData("SecurityCenterRegion", "CN Shanghai", "expected a region's id")]
    [InlineData("Endpoints:Kms", "http://kms.example.com", "http for loopback only")]
    [InlineData("Endpoints:Sts", "https://user:secret@sts.example.com", "without path")]
    [InlineData("Endpoints:Regions:cn-beijing:Kms", "ftp://x", "AlibabaCloud:Endpoints:Regions:cn-beijing:Kms cannot be used")]
    [InlineData("Endpoints:Metadata", "metadata", "is not a URL")]
    public void A_wrong_setting_is_named_with_what_is_expected(string key, string value, string expected)
    {
        var options = new AlibabaCloudOptions();
        new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build().Bind(options);

        var result = new AlibabaCloudOptionsValidator().Validate(null, options);

        result.FailureMessage.Should().Contain("AlibabaCloud:").And.Contain(expected).And.NotContain("secret@");
    }

    private static RpcCall Describe(string keyId) => new()
    {
        Service = RpcService.Kms,
        Region = "cn-hongkong",
        Action = "DescribeKey",
        Parameters = new Dictionary<string, string> { ["KeyId"] = keyId },
    };

    private static async Task<AlibabaCloudException> RefusedAsync(CloudUnderTest cloud, RpcCall call)
    {
        var ask = () => cloud.Client.CallAsync(call, Cancellation);
        return (await ask.Should().ThrowAsync<AlibabaCloudException>()).Which;
    }
}
