namespace Kritis.Events.Verifier.Tests.Tls.Shared;

/// <summary>No API server that trusts only the authority before ever meets a certificate by the new one.</summary>
public sealed class RenewalTests : SharedCertificateBase
{
    private static readonly TimeSpan UntilRenewal = TimeSpan.FromDays(60) + TimeSpan.FromSeconds(1);

    [Fact]
    public async Task The_authority_is_put_first_then_seen_for_a_minute_then_the_certificate_switches()
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown.Thumbprint;

        await AfterAsync(UntilRenewal, replica);
        replica.Shown.Thumbprint.Should().Be(before);
        Server.Bundles().Should().OnlyContain(bundle => Count(bundle) == 2);
        await AfterAsync(TimeSpan.FromSeconds(58), replica);
        replica.Shown.Thumbprint.Should().Be(before, "an API server may not have heard of it yet");
        await AfterAsync(TimeSpan.FromSeconds(2), replica);

        replica.Shown.Thumbprint.Should().NotBe(before);
        Server.Entry("next.crt").Should().BeNull();
        Server.Entry("next.key").Should().BeNull();
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Fact]
    public async Task The_authority_before_is_trusted_until_its_certificate_ends()
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown;
        await AfterAsync(UntilRenewal, replica);
        await AfterAsync(TimeSpan.FromMinutes(2), replica);

        replica.Shown.Should().NotBeSameAs(before);
        Server.Trusts(before, Time.GetUtcNow()).Should().BeTrue("a verifier that cannot read the Secret still shows it");
        await AfterAsync(TimeSpan.FromDays(61), replica);
        await AfterAsync(TimeSpan.FromMinutes(2), replica);
        Server.Bundles().Should().OnlyContain(bundle => Count(bundle) == 2, "the one before that is gone");
    }

    [Fact]
    public async Task A_verifier_that_starts_during_a_renewal_shows_what_is_trusted()
    {
        var replica = await StartedReplicaAsync();
        await AfterAsync(UntilRenewal, replica);

        var late = await StartedReplicaAsync();

        late.Shown.Thumbprint.Should().Be(replica.Shown.Thumbprint);
    }

    [Fact]
    public async Task While_the_authority_cannot_be_put_the_certificate_before_is_shown_to_its_end()
    {
        var replica = await StartedReplicaAsync();
        var before = replica.Shown.Thumbprint;
        Server.Refuses = request => request.Method == "PATCH" ? 403 : null;

        await AfterAsync(UntilRenewal, replica);
        for (var day = 60; day < 88; day++)
        {
            await AfterAsync(TimeSpan.FromDays(1), replica);
        }

        replica.Shown.Thumbprint.Should().Be(before);
        replica.Log.Lines.Should().ContainSingle(line => line.Contains("ValidatingWebhookConfiguration kritis-validation-hook cannot be changed: the API server answers 403: refused for the test"));
        await AfterAsync(TimeSpan.FromHours(30), replica);
        replica.Shown.Thumbprint.Should().NotBe(before, "nothing is lost by it now");

        Server.Refuses = _ => null;
        await replica.LookAsync();
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_verifiers_take_turns_and_whatever_happens_what_they_show_is_trusted(int seed)
    {
        var random = new Random(seed);
        Replica[] replicas = [await StartedReplicaAsync(), await StartedReplicaAsync(), await StartedReplicaAsync()];
        var shown = new HashSet<string>();

        for (var round = 0; round < 400; round++)
        {
            Time.Advance(random.Next(4) == 0 ? TimeSpan.FromHours(random.Next(48)) : TimeSpan.FromSeconds(random.Next(30)));
            Happen(random.Next(12), replicas, random.Next(3));
            random.Shuffle(replicas);
            await replicas[0].LookAsync();
            Check();
            await Task.WhenAll(replicas[1..].Select(replica => replica.LookAsync()));
            Check();
        }

        shown.Count.Should().BeGreaterThan(3, "there were renewals");
        Log.Should().NotContain(line => line.Contains("defect"));

        void Check()
        {
            replicas.Where(replica => replica.HasCertificate).Should().OnlyContain(replica => Server.Trusts(replica.Shown, Time.GetUtcNow()));
            shown.UnionWith(replicas.Select(replica => replica.Shown.Thumbprint));
        }
    }

    private void Happen(int what, Replica[] replicas, int which)
    {
        switch (what)
        {
            case 0:
                replicas[which] = NewReplica();
                break;
            case 1:
                Server.Set(SmallApiServer.SecretPath, null);
                break;
            case 2:
                Server.SetEntry("tls.crt", "damaged");
                break;
            case 3:
                Server.SetEntry("ca.crt", null);
                break;
            case 4:
                Server.Set(SmallApiServer.ConfigurationPath, Configuration());
                break;
            default:
                break;
        }
    }

    private static int Count(string bundle) => bundle.Split("BEGIN CERTIFICATE").Length - 1;
}
