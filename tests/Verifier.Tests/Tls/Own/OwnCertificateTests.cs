using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Kritis.Events.Verifier.Tls.Own;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Tls.Own;

public sealed class OwnCertificateTests : IDisposable
{
    private static readonly string[] Names = ["localhost", "127.0.0.1", "::1", "kritis-verifier.kritis.svc"];
    private readonly TemporaryFolder _data = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);

    private string Folder => _data.File("tls");

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_certificate_is_made_that_its_own_authority_vouches_for()
    {
        var certificate = Make();

        certificate.AuthorityFile.Should().Be(Path.Combine(Folder, "ca.crt"));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificate.AuthorityFile!);
        using var chain = new X509Chain { ChainPolicy = Https.Policy(authority) };
        chain.Build(certificate.Leaf).Should().BeTrue();
        certificate.Leaf.GetECDsaPublicKey()!.KeySize.Should().Be(256);
        Names.Should().OnlyContain(name => certificate.Leaf.MatchesHostname(name, true, false));
        certificate.Leaf.MatchesHostname("example.com", true, false).Should().BeFalse();
        (certificate.Leaf.NotAfter.ToUniversalTime() - _time.GetUtcNow().UtcDateTime).TotalDays.Should().BeInRange(364, 365);
    }

    [Fact]
    public void The_key_is_its_owners_only_and_the_authoritys_key_is_nowhere()
    {
        _ = Make();

        Directory.GetFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo("ca.crt", "tls.crt", "tls.key");
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(Folder, "tls.key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public void A_restart_shows_the_same_certificate() => Make().Leaf.Thumbprint.Should().Be(Make().Leaf.Thumbprint);

    [Theory]
    [InlineData(243, 1)]
    [InlineData(244, 2)]
    [InlineData(363, 2)]
    public void The_next_certificate_is_ready_when_a_third_of_this_ones_life_is_left_and_not_shown(int days, int authorities)
    {
        var before = Make().Leaf.Thumbprint;

        _time.Advance(TimeSpan.FromDays(days));

        Make().Leaf.Thumbprint.Should().Be(before);
        Authorities().Should().HaveCount(authorities);
        Authorities()[0].Subject.Should().Be(Make().Leaf.Issuer, "who reads one authority only reads the one in force");
    }

    [Fact]
    public void Callers_who_were_given_the_authorities_in_time_trust_the_next_certificate()
    {
        var running = New();
        var before = Show(running);
        _time.Advance(TimeSpan.FromDays(250));
        Show(running).Should().Be(before);
        var given = Authorities();

        _time.Advance(TimeSpan.FromDays(114.5));
        var after = running.LoadOrMake(_time.GetUtcNow()).Certificate.Leaf;

        after.Thumbprint.Should().NotBe(before);
        given.Should().Contain(authority => authority.Subject == after.Issuer);
        Make().Leaf.Thumbprint.Should().Be(after.Thumbprint);
        Directory.GetFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo("ca.crt", "tls.crt", "tls.key");
    }

    [Fact]
    public void One_that_ended_while_the_service_was_down_is_made_anew_at_once()
    {
        var before = Make().Leaf.Thumbprint;

        _time.Advance(TimeSpan.FromDays(400));

        Make().Leaf.Thumbprint.Should().NotBe(before);
        Authorities().Should().ContainSingle();
    }

    [Theory]
    [InlineData("tls.crt", "damaged")]
    [InlineData("tls.key", null)]
    [InlineData("ca.crt", "damaged")]
    public void Files_that_are_lost_while_the_service_runs_are_written_again_and_what_is_shown_stays(string file, string? content)
    {
        var running = New();
        var before = Show(running);
        Change(file, content);

        Show(running).Should().Be(before);
        Make().Leaf.Thumbprint.Should().Be(before);
    }

    [Fact]
    public void A_service_that_ended_while_it_switched_shows_the_new_certificate_when_it_starts()
    {
        _ = Make();
        _time.Advance(TimeSpan.FromDays(300));
        _ = Make();
        File.Copy(Path.Combine(Folder, "next.key"), Path.Combine(Folder, "tls.key"), overwrite: true);
        var next = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "next.crt")).Thumbprint;

        Make().Leaf.Thumbprint.Should().Be(next);
    }

    [Theory]
    [InlineData("tls.crt", "")]
    [InlineData("tls.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("tls.key", "no key")]
    [InlineData("ca.crt", "no authority")]
    [InlineData("tls.crt", null)]
    [InlineData("tls.key", null)]
    [InlineData("ca.crt", null)]
    public void A_file_that_is_damaged_or_missing_makes_a_new_certificate(string file, string? content)
    {
        var before = Make().Leaf.Thumbprint;
        Change(file, content);

        Make().Leaf.Thumbprint.Should().NotBe(before);
        A_certificate_is_made_that_its_own_authority_vouches_for();
    }

    [Theory]
    [InlineData("tls.key")]
    [InlineData("tls.crt")]
    [InlineData("ca.crt")]
    public void Files_that_are_not_of_one_another_make_a_new_certificate(string file)
    {
        _ = Make();
        using var other = new TemporaryFolder();
        _ = New(other.Path).LoadOrMake(_time.GetUtcNow());
        File.Copy(other.File(file), Path.Combine(Folder, file), overwrite: true);

        A_certificate_is_made_that_its_own_authority_vouches_for();
    }

    [Fact]
    public void A_new_name_makes_a_new_certificate()
    {
        var before = Make().Leaf.Thumbprint;

        var after = new OwnCertificate(Folder, Needs([.. Names, "verifier.example.com"])).LoadOrMake(_time.GetUtcNow()).Certificate;

        after.Leaf.Thumbprint.Should().NotBe(before);
        after.Leaf.MatchesHostname("verifier.example.com", true, false).Should().BeTrue();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_stops_the_service_and_names_the_key()
    {
        File.WriteAllText(_data.File("file"), "");

        var start = () => New(_data.File("file")).LoadOrMake(_time.GetUtcNow());

        start.Should().Throw<StartRefusedException>().WithMessage("Data:Path '*' cannot hold a certificate (*");
    }

    /// <summary>What a service that starts shows.</summary>
    private ServingCertificate Make() => New().LoadOrMake(_time.GetUtcNow()).Certificate;

    /// <summary>What a service that runs shows.</summary>
    private string Show(OwnCertificate running) => running.LoadOrMake(_time.GetUtcNow()).Certificate.Leaf.Thumbprint;

    private OwnCertificate New(string? folder = null) => new(folder ?? Folder, Needs(Names));

    private static CertificateNeeds Needs(IReadOnlyList<string> names) => new(names, TimeSpan.FromDays(365));

    private X509Certificate2Collection Authorities()
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(Folder, "ca.crt"));
        return authorities;
    }

    private void Change(string file, string? content)
    {
        if (content is null)
        {
            File.Delete(Path.Combine(Folder, file));
        }
        else
        {
            File.WriteAllText(Path.Combine(Folder, file), content);
        }
    }
}
