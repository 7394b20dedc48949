using System.Globalization;
using System.Text.Json;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>
/// RAM roles for service accounts (RRSA): the service account's projected token is exchanged for temporary credentials (STS <c>AssumeRoleWithOIDC</c>).
/// Settings, or the variables that ACK sets in pods: <c>ALIBABA_CLOUD_ROLE_ARN</c>, <c>ALIBABA_CLOUD_OIDC_PROVIDER_ARN</c>, <c>ALIBABA_CLOUD_OIDC_TOKEN_FILE</c>.
/// </summary>
internal sealed class RrsaCredentials(RpcTransport transport, CallPolicy policy, IOptions<AlibabaCloudOptions> options, IConfiguration configuration) : ICredentialSource
{
    private const int MostTokenBytes = 20_000;
    private const string DefaultSession = "kritis-events";

    /// <inheritdoc/>
    public string Name => "RRSA (OIDC token of the service account)";

    /// <inheritdoc/>
    public bool IsConfigured => RoleArn is not null || TokenFile is not null;

    private string? RoleArn => Setting(options.Value.RoleArn, "ALIBABA_CLOUD_ROLE_ARN");

    private string? ProviderArn => Setting(options.Value.OidcProviderArn, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN");

    private string? TokenFile => Setting(options.Value.OidcTokenFile, "ALIBABA_CLOUD_OIDC_TOKEN_FILE");

    /// <inheritdoc/>
    public async Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        var call = new RpcCall
        {
            Service = RpcService.Sts,
            Region = options.Value.StsRegion,
            Action = "AssumeRoleWithOIDC",
            Anonymous = true,
            Parameters = new Dictionary<string, string>
            {
                ["RoleArn"] = RoleArn ?? throw Missing("AlibabaCloud:RoleArn (ALIBABA_CLOUD_ROLE_ARN)"),
                ["OIDCProviderArn"] = ProviderArn ?? throw Missing("AlibabaCloud:OidcProviderArn (ALIBABA_CLOUD_OIDC_PROVIDER_ARN)"),
                ["OIDCToken"] = await ReadTokenAsync(cancellationToken),
                ["RoleSessionName"] = Setting(options.Value.RoleSessionName, "ALIBABA_CLOUD_ROLE_SESSION_NAME") ?? DefaultSession,
            },
        };
        var answer = await policy.ExecuteAsync((call.Service.Name, call.Action), null, running => transport.SendAsync(call, null, running), cancellationToken);
        return answer.Root.TryGetProperty("Credentials", out var found) && found.ValueKind == JsonValueKind.Object
            ? Read(answer with { Root = found })
            : throw answer.Unreadable("'Credentials' is missing");
    }

    private static AlibabaCredentials Read(RpcAnswer answer) => new()
    {
        AccessKeyId = answer.Text("AccessKeyId"),
        AccessKeySecret = answer.Text("AccessKeySecret"),
        SecurityToken = answer.Text("SecurityToken"),
        ExpiresAt = DateTimeOffset.TryParse(answer.Text("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end)
            ? end
            : throw answer.Unreadable("'Expiration' is no time"),
    };

    // The kubelet replaces the file long before the token in it ends.
    private async Task<string> ReadTokenAsync(CancellationToken cancellationToken)
    {
        var path = TokenFile ?? throw Missing("AlibabaCloud:OidcTokenFile (ALIBABA_CLOUD_OIDC_TOKEN_FILE)");
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[MostTokenBytes + 1];
            var length = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            var token = System.Text.Encoding.UTF8.GetString(bytes, 0, length).Trim();
            return token.Length > 0 && length <= MostTokenBytes
                ? token
                : throw CredentialVariables.Incomplete($"the OIDC token file {path} has {(length == 0 ? "nothing in it" : $"more than {MostTokenBytes} bytes, or only white space")}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AlibabaCloudException(
                AlibabaCloudException.NoCredentials, $"The OIDC token file {path} cannot be read ({failure.Message.TrimEnd('.')}): mount the service account's projected token there.", transient: false, inner: failure);
        }
    }

    private string? Setting(string? value, string variable) => !string.IsNullOrWhiteSpace(value) ? value.Trim() : configuration.Has(variable) ? configuration[variable]!.Trim() : null;

    private static AlibabaCloudException Missing(string name) => CredentialVariables.Incomplete($"RRSA needs {name}");
}
