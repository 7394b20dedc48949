using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Contracts;
using Kritis.Events.Verifier.Tests.Testing;
using Kritis.Events.Verifier.Tls;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.Verifier.Tests.Tls;

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
    [InlineData(330, true)]
    [InlineData(336, false)]
    [InlineData(400, false)]
    public void A_certificate_is_made_anew_when_less_than_a_month_of_it_is_left(int days, bool kept)
    {
        var before = Make().Leaf.Thumbprint;

        _time.Advance(TimeSpan.FromDays(days));
        var after = Make();

        (after.Leaf.Thumbprint == before).Should().Be(kept);
        (after.Leaf.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime.AddDays(29)).Should().BeTrue();
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
        var path = Path.Combine(Folder, file);
        if (content is null)
        {
            File.Delete(path);
        }
        else
        {
            File.WriteAllText(path, content);
        }

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
        _ = OwnCertificate.LoadOrMake(other.Path, Names, _time);
        File.Copy(other.File(file), Path.Combine(Folder, file), overwrite: true);

        A_certificate_is_made_that_its_own_authority_vouches_for();
    }

    [Fact]
    public void A_new_name_makes_a_new_certificate()
    {
        var before = Make().Leaf.Thumbprint;

        var after = OwnCertificate.LoadOrMake(Folder, [.. Names, "verifier.example.com"], _time);

        after.Leaf.Thumbprint.Should().NotBe(before);
        after.Leaf.MatchesHostname("verifier.example.com", true, false).Should().BeTrue();
    }

    [Fact]
    public void A_folder_that_cannot_be_written_stops_the_service_and_names_the_key()
    {
        File.WriteAllText(_data.File("file"), "");

        var start = () => OwnCertificate.LoadOrMake(_data.File("file"), Names, _time);

        start.Should().Throw<StartRefusedException>().WithMessage("Data:Path '*' cannot hold a certificate (*");
    }

    private ServingCertificate Make() => OwnCertificate.LoadOrMake(Folder, Names, _time);
}
