using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.AlibabaCloud.Credentials;

/// <summary>
/// Temporary credentials of the RAM role of the ECS instance this process runs on. The last way: it needs no setting, so that it is tried wherever nothing else
/// is configured. <c>ALIBABA_CLOUD_ECS_METADATA</c> names the role, <c>ALIBABA_CLOUD_ECS_METADATA_DISABLED=true</c> turns it off.
/// </summary>
internal sealed class EcsRoleCredentials(InstanceMetadata metadata, IOptions<AlibabaCloudOptions> options, IConfiguration configuration) : ICredentialSource
{
    private const string Folder = "ram/security-credentials/";
    private const int MostRoleCharacters = 64;

    /// <inheritdoc/>
    public string Name => "RAM role of the ECS instance";

    /// <inheritdoc/>
    public bool IsConfigured => !string.Equals(configuration["ALIBABA_CLOUD_ECS_METADATA_DISABLED"]?.Trim(), "true", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public async Task<AlibabaCredentials> FetchAsync(CancellationToken cancellationToken)
    {
        var role = !string.IsNullOrWhiteSpace(options.Value.EcsRoleName) ? options.Value.EcsRoleName
            : configuration.Has("ALIBABA_CLOUD_ECS_METADATA") ? configuration["ALIBABA_CLOUD_ECS_METADATA"]!
            : Encoding.UTF8.GetString((await metadata.ReadAsync(Folder, cancellationToken)).Span);
        role = role.Trim();
        if (role.Length is 0 or > MostRoleCharacters || !role.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.'))
        {
            throw Unusable("it names no RAM role: attach one to the instance");
        }

        return Read(await metadata.ReadAsync(Folder + role, cancellationToken));
    }

    private static AlibabaCredentials Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            var root = document.RootElement;
            return Text(root, "Code") == "Success"
                ? new AlibabaCredentials
                {
                    AccessKeyId = Text(root, "AccessKeyId"),
                    AccessKeySecret = Text(root, "AccessKeySecret"),
                    SecurityToken = Text(root, "SecurityToken"),
                    ExpiresAt = DateTimeOffset.Parse(Text(root, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                }
                : throw Unusable("its Code is not Success");
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            throw Unusable("it is not what the documentation says");
        }
    }

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : throw new JsonException($"'{name}' is missing");

    private static AlibabaCloudException Unusable(string reason) =>
        new(AlibabaCloudException.NoCredentials, $"the instance metadata's answer about the RAM role cannot be used: {reason}", transient: false);
}
