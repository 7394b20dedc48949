using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>Whatever is in the Secret: it is put right, said, and no caller is lost who need not be.</summary>
public sealed class DamagedSecretTests : SharedCertificateBase
{
    public static TheoryData<string, string?> Damages => new()
    {
        { "tls.crt", null },
        { "tls.crt", "" },
        { "tls.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
        { "tls.key", null },
        { "tls.key", "no key" },
        { "tls.key", "another" },
        { "ca.crt", null },
        { "ca.crt", "no authority" },
        { "ca.crt", "another" },
        { "tls.crt", new string('x', 100_000) },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_verifier_that_starts_replaces_what_is_damaged(string entry, string? content)
    {
        var before = (await StartedReplicaAsync()).Shown;
        Damage(entry, content);

        var replica = await StartedReplicaAsync();

        replica.Shown.Thumbprint.Should().NotBe(before.Thumbprint);
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
        Server.Trusts(before, Time.GetUtcNow()).Should().BeTrue("another verifier may still show it");
        replica.Log.Lines.Should().ContainSingle(line => line.StartsWith("Warning: Secret kritis/kritis-verifier-tls ") && line.Contains("Made: "));
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_verifier_that_runs_writes_again_what_it_shows_and_renews_it(string entry, string? content)
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown.Thumbprint;
        Damage(entry, content);

        await replica.LookAsync();

        IssuedCertificate.Read(Server.Entry("tls.crt"), Server.Entry("tls.key"))!.Leaf.Thumbprint.Should().Be(before);
        (await StartedReplicaAsync()).Shown.Thumbprint.Should().Be(before);
        await AfterAsync(TimeSpan.FromMinutes(2), replica);
        replica.Shown.Thumbprint.Should().NotBe(before, "a key that was lost may be in wrong hands");
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Fact]
    public async Task A_Secret_that_was_deleted_is_made_again_without_a_break_and_with_a_new_certificate()
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown;
        Server.Set(SmallApiServer.SecretPath, null);

        await replica.LookAsync();
        replica.Shown.Should().BeSameAs(before);
        Server.Trusts(before, Time.GetUtcNow()).Should().BeTrue();

        await AfterAsync(TimeSpan.FromMinutes(2), replica);
        replica.Shown.Thumbprint.Should().NotBe(before.Thumbprint);
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Fact]
    public async Task A_next_certificate_that_is_damaged_is_made_again()
    {
        var replica = await StartedReplicaAsync();
        await AfterAsync(TimeSpan.FromDays(61), replica);
        Server.SetEntry("next.key", "damaged");

        await AfterAsync(TimeSpan.FromMinutes(2), replica);
        await AfterAsync(TimeSpan.FromMinutes(2), replica);

        Server.Entry("next.crt").Should().BeNull();
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
        (replica.Shown.NotAfter.ToUniversalTime() - Time.GetUtcNow().UtcDateTime).Should().BeGreaterThan(TimeSpan.FromDays(89));
    }

    [Fact]
    public async Task One_that_has_expired_is_replaced_at_once()
    {
        _ = await StartedReplicaAsync();
        Time.Advance(TimeSpan.FromDays(91));

        var replica = await StartedReplicaAsync();

        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
        replica.Log.Lines.Should().ContainSingle(line => line.Contains("Secret kritis/kritis-verifier-tls expired at 2027-02-22 12:00:00Z. Made: "));
    }

    [Fact]
    public async Task One_for_other_names_is_replaced_at_once()
    {
        _ = await StartedReplicaAsync();
        using var replica = NewReplica("verifier.example.com");

        await replica.LookAsync();

        replica.Shown.MatchesHostname("verifier.example.com", false, false).Should().BeTrue();
        replica.Log.Lines.Should().ContainSingle(line => line.Contains("Secret kritis/kritis-verifier-tls is not for verifier.example.com. Made: "));
    }

    [Fact]
    public async Task One_that_a_clock_far_ahead_made_is_replaced_and_one_of_a_clock_a_little_ahead_is_not()
    {
        var other = Time.GetUtcNow();
        Time.SetUtcNow(other.AddHours(5));
        var ahead = (await StartedReplicaAsync()).Shown.Thumbprint;
        Time.AdjustTime(other);
        (await StartedReplicaAsync()).Shown.Thumbprint.Should().Be(ahead);

        Server.Set(SmallApiServer.SecretPath, null);
        Time.AdjustTime(other.AddDays(30));
        var farAhead = (await StartedReplicaAsync()).Shown.Thumbprint;
        Time.AdjustTime(other);
        (await StartedReplicaAsync()).Shown.Thumbprint.Should().NotBe(farAhead);
    }

    private void Damage(string entry, string? content)
    {
        var (another, authority) = CertificateIssuer.Issue(Replica.Names, TimeSpan.FromDays(90), Time.GetUtcNow());
        Server.SetEntry(entry, content == "another" ? entry == "ca.crt" ? authority.ExportCertificatePem() : another.Key : content);
    }
}
