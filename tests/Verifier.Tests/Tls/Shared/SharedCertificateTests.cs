using System.Text;
using Kritis.Events.Verifier.Tls.Own;

namespace Kritis.Events.Verifier.Tests.Tls.Shared;

public sealed class SharedCertificateTests : SharedCertificateBase
{
    [Fact]
    public async Task The_first_verifier_makes_the_certificate_and_has_API_servers_trust_it()
    {
        var replica = await StartedReplicaAsync();

        var secret = Server.Get(SmallApiServer.SecretPath)!;
        secret["type"]!.GetValue<string>().Should().Be("kubernetes.io/tls");
        secret["data"]!.AsObject().Select(entry => entry.Key).Should().BeEquivalentTo("tls.crt", "tls.key", "ca.crt");
        Replica.Names.Should().OnlyContain(name => replica.Shown.MatchesHostname(name, false, false));
        (replica.Shown.NotAfter.ToUniversalTime() - Time.GetUtcNow().UtcDateTime).Should().Be(TimeSpan.FromDays(90));
        Server.Trusts(replica.Shown, Time.GetUtcNow()).Should().BeTrue();
        replica.NotReady.Should().BeNull();
    }

    [Fact]
    public async Task Nobody_who_reads_the_Secret_can_make_another_certificate()
    {
        var replica = await StartedReplicaAsync();
        await AfterAsync(TimeSpan.FromDays(61), replica);

        foreach (var name in new[] { "tls.key", "next.key" })
        {
            var pair = IssuedCertificate.Read(Server.Entry(name.Replace("key", "crt")), Server.Entry(name));
            pair!.Leaf.HasPrivateKey.Should().BeTrue("the only keys in it are those of the certificates that are shown");
        }

        var all = string.Concat(Server.Get(SmallApiServer.SecretPath)!["data"]!.AsObject().Select(entry => Server.Entry(entry.Key)));
        all.Split("PRIVATE KEY-----").Should().HaveCount(5, "two keys have two begins and two ends");
    }

    [Fact]
    public async Task Three_that_start_at_once_share_one_certificate()
    {
        Replica[] replicas = [NewReplica(), NewReplica(), NewReplica()];

        await Task.WhenAll(replicas.Select(replica => replica.LookAsync()));

        replicas.Select(replica => replica.Shown.Thumbprint).Distinct().Should().ContainSingle();
        replicas.Should().OnlyContain(replica => replica.HasCertificate && Server.Trusts(replica.Shown, Time.GetUtcNow()));
        Server.Writes.Count(write => write.StartsWith("POST")).Should().Be(1);
        Log.Should().NotContain(line => line.StartsWith("Error"));
    }

    [Fact]
    public async Task While_nothing_is_to_be_done_nothing_is_written()
    {
        Replica[] replicas = [await StartedReplicaAsync(), await StartedReplicaAsync()];
        var before = Server.Writes.Count;

        for (var day = 0; day < 59; day++)
        {
            await AfterAsync(TimeSpan.FromDays(1), replicas);
        }

        Server.Writes.Should().HaveCount(before);
    }

    [Fact]
    public async Task Verifiers_that_need_different_names_agree_on_a_certificate_for_all_of_them()
    {
        Replica[] replicas = [NewReplica("a.example.com"), NewReplica("b.example.com")];
        for (var round = 0; round < 3; round++)
        {
            await AfterAsync(TimeSpan.FromMinutes(2), replicas);
        }

        var before = Server.Writes.Count;
        await AfterAsync(TimeSpan.FromMinutes(2), replicas);

        Server.Writes.Should().HaveCount(before, "they do not quarrel");
        replicas.Should().OnlyContain(replica => replica.Shown.MatchesHostname("a.example.com", false, false) && replica.Shown.MatchesHostname("b.example.com", false, false));
    }

    [Fact]
    public async Task A_write_that_another_was_faster_with_is_given_up_and_what_the_other_wrote_is_taken()
    {
        var replica = await StartedReplicaAsync();
        var other = await StartedReplicaAsync();
        Time.Advance(TimeSpan.FromDays(61));
        Server.BeforeNextWrite = other.LookAsync;

        await replica.LookAsync();

        var next = Server.Entry("next.crt");
        next.Should().NotBeNull();
        await AfterAsync(TimeSpan.FromMinutes(2), replica, other);
        Server.Entry("tls.crt").Should().Be(next);
        Log.Count(line => line.Contains("Prepared:")).Should().Be(1);
    }

    [Fact]
    public async Task What_others_keep_in_the_Secret_stays()
    {
        var replica = await StartedReplicaAsync();
        var secret = Server.Get(SmallApiServer.SecretPath)!;
        secret["data"]!["other"] = Convert.ToBase64String("theirs"u8);
        secret["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject { ["x"] = "y" };
        Server.Set(SmallApiServer.SecretPath, secret);

        await AfterAsync(TimeSpan.FromDays(61), replica);

        Server.Entry("next.crt").Should().NotBeNull();
        Server.Entry("other").Should().Be("theirs");
        Server.Get(SmallApiServer.SecretPath)!["metadata"]!["annotations"]!["x"]!.GetValue<string>().Should().Be("y");
    }

    [Fact]
    public async Task No_private_key_is_ever_logged()
    {
        var replica = await StartedReplicaAsync();
        Server.SetEntry("tls.crt", "damaged");
        await replica.LookAsync();
        Server.Refuses = request => request.Method == "GET" ? null : 500;
        await AfterAsync(TimeSpan.FromDays(80), replica);
        Server.Refuses = _ => null;
        await AfterAsync(TimeSpan.FromDays(80), replica);

        var key = Server.Entry("tls.key")!.Split('\n')[1][..20];
        Log.Should().NotBeEmpty().And.NotContain(line => line.Contains("PRIVATE") || line.Contains(key) || line.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(key))));
    }
}
