using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kritis.Events.Servers;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Clients;

/// <summary>The official client for credentials as it runs in a pod with RRSA: a token from a file becomes a temporary key, over HTTPS.</summary>
public sealed class RrsaTests : IDisposable
{
    private readonly ServerFolder _folder = new("rrsa");
    private readonly X509Certificate2 _certificate = Certificate();

    public void Dispose()
    {
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_pods_token_leads_to_a_signature()
    {
        await using var cloud = await StartAsync();
        var key = cloud.Keys.Create();
        var digest = Convert.ToBase64String(SHA256.HashData([1, 2, 3]));

        var signed = await AskAsync(cloud, cloud.Options.OidcToken, "kms:AsymmetricSign",
            new { KeyId = key.Id, KeyVersionId = key.LatestVersion, Algorithm = "RSA_PKCS1_SHA_256", Digest = digest });

        signed.Text("KeyVersionId").Should().Be(key.LatestVersion);
        cloud.Accounts.Issued.Should().Be(1);
        cloud.Calls.Select(call => (call.Action, call.Outcome)).Should().Equal(("AssumeRoleWithOIDC", "ok"), ("AsymmetricSign", "ok"));
        cloud.Calls.First().Parameters["RoleArn"].Should().Be("acs:ram::1234567890123456:role/kritis-signer");
    }

    [Fact]
    public async Task A_token_of_another_pod_leads_to_nothing()
    {
        await using var cloud = await StartAsync();

        var refused = await AskAsync(cloud, "forged", "kms:DescribeKey", new { KeyId = "alias/release" });

        refused.Message.Should().Contain("AuthenticationFail.OIDCToken.Invalid");
        cloud.Accounts.Issued.Should().Be(0);
    }

    private Task<AlibabaEmulator> StartAsync() =>
        AlibabaEmulator.StartAsync(new EmulatorOptions { Certificate = _certificate }, TestContext.Current.CancellationToken);

    private Task<ClientAnswer> AskAsync(AlibabaEmulator cloud, string token, string action, object parameters) =>
        new OfficialClient("rrsa", new AccessKey { Id = "", Secret = "" })
        {
            Environment = new Dictionary<string, string>
            {
                ["ALIBABA_CLOUD_ROLE_ARN"] = "acs:ram::1234567890123456:role/kritis-signer",
                ["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"] = "acs:ram::1234567890123456:oidc-provider/ack-rrsa-c1",
                ["ALIBABA_CLOUD_OIDC_TOKEN_FILE"] = _folder.Write("token", token),
                ["NODE_EXTRA_CA_CERTS"] = _folder.Write("ca.pem", _certificate.ExportCertificatePem()),
            },
        }.AskAsync(cloud.Url, action, parameters);

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=emulator", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
