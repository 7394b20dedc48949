using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Clients;

/// <summary>Whom the emulator believes: the official clients with the right secret, at the right time, and nobody else.</summary>
public sealed class SenderTests
{
    public static TheoryData<string, string> Clients => new()
    {
        { "kms", "DescribeKey" },
        { "pop", "DescribeKey" },
        { "openapi", "kms:DescribeKey" },
        { "openapi-v1", "kms:DescribeKey" },
        { "openapi", "sas:DescribeAttestors" },
        { "openapi-v1", "sas:DescribeAttestors" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_wrong_secret_is_refused(string client, string action)
    {
        await using var cloud = await AlibabaEmulator.StartAsync(cancellationToken: Cancellation);

        var refused = await AskAsync(cloud, client, action, new AccessKey { Id = cloud.Options.AccessKeyId, Secret = "wrong" });

        refused.Code.Should().Be(IsKms(action) ? "IncompleteSignature" : "SignatureDoesNotMatch");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task An_unknown_access_key_is_refused(string client, string action)
    {
        await using var cloud = await AlibabaEmulator.StartAsync(cancellationToken: Cancellation);

        (await AskAsync(cloud, client, action, new AccessKey { Id = "gone", Secret = "any" })).Code.Should().Be("InvalidAccessKeyId.NotFound");
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_clock_that_is_off_by_more_than_15_minutes_is_refused_and_one_that_is_off_by_14_is_not(string client, string action)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(14));
        await using var cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Time = time }, Cancellation);
        var expected = IsKms(action) ? "IllegalTimestamp" : "InvalidTimeStamp.Expired";

        (await AskAsync(cloud, client, action)).Code.Should().NotBe(expected);
        time.Advance(TimeSpan.FromMinutes(2));
        (await AskAsync(cloud, client, action)).Code.Should().Be(expected);
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_temporary_key_is_taken_with_its_own_token_until_it_expires(string client, string action)
    {
        await using var cloud = await AlibabaEmulator.StartAsync(cancellationToken: Cancellation);
        _ = cloud.Keys.Create(alias: "alias/release");
        var key = cloud.Accounts.Issue();

        (await AskAsync(cloud, client, action, key)).Code.Should().BeNull();
        (await AskAsync(cloud, client, action, key with { SecurityToken = null })).Code.Should().Be("MissingSecurityToken");
        (await AskAsync(cloud, client, action, key with { SecurityToken = "another" })).Code.Should().Be("InvalidSecurityToken.MismatchWithAccessKey");
        cloud.Accounts.ExpireAll();
        (await AskAsync(cloud, client, action, key)).Code.Should().Be("InvalidSecurityToken.Expired");
    }

    [Fact]
    public async Task A_permission_that_was_taken_away_is_refused_until_it_is_given_back()
    {
        await using var cloud = await AlibabaEmulator.StartAsync(cancellationToken: Cancellation);
        _ = cloud.Keys.Create(alias: "alias/release");

        cloud.Accounts.Deny(cloud.Options.AccessKeyId, "DescribeKey");
        (await AskAsync(cloud, "kms", "DescribeKey")).Code.Should().Be("Forbidden.NoPermission");
        cloud.Accounts.Allow(cloud.Options.AccessKeyId, "DescribeKey");
        (await AskAsync(cloud, "kms", "DescribeKey")).Code.Should().BeNull();
    }

    [Theory]
    [InlineData("openapi")]
    [InlineData("openapi-v1")]
    public async Task Characters_that_are_encoded_differently_by_different_libraries_do_not_break_the_signature(string client)
    {
        await using var cloud = await AlibabaEmulator.StartAsync(cancellationToken: Cancellation);
        const string name = "a b+c*'()~!&=%/ü漢";
        cloud.Attestors.Enqueue(new SecurityCenter.Attestor(name, "key", "version", "cn-hongkong"));

        var answer = await OfficialClient.Of(client, cloud).AskAsync(cloud.Url, "sas:DescribeAttestors", new { Name = name });

        answer.Code.Should().BeNull(answer.Message);
        answer.Body.GetProperty("Attestors").GetArrayLength().Should().Be(1);
    }

    private static bool IsKms(string action) => !action.StartsWith("sas:", StringComparison.Ordinal);

    private static Task<ClientAnswer> AskAsync(AlibabaEmulator cloud, string client, string action, AccessKey? key = null)
    {
        var asker = OfficialClient.Of(client, cloud);
        return (key is null ? asker : asker with { AccessKey = key }).AskAsync(cloud.Url, action, new { KeyId = "alias/release" });
    }
}
