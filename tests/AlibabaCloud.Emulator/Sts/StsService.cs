using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator.Sts;

/// <summary>STS, API version 2015-04-01.</summary>
internal sealed class StsService(AccessKeys keys, EmulatorOptions options) : IService
{
    private const string Action = "AssumeRoleWithOIDC";

    public static bool IsAnonymous(CloudRequest request) => request is { Action: Action, Version: "2015-04-01" };

    public Task<JsonObject> AnswerAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        if (request.Action != Action)
        {
            throw Refusals.UnknownAction();
        }

        var role = request.Required("RoleArn");
        _ = request.Required("OIDCProviderArn");
        if (request.Required("OIDCToken") != options.OidcToken)
        {
            throw new CloudErrorException(400, "AuthenticationFail.OIDCToken.Invalid", "The OIDC token is invalid.");
        }

        var issued = keys.Issue();
        return Task.FromResult(new JsonObject
        {
            ["AssumedRoleUser"] = new JsonObject { ["Arn"] = $"{role}/{request.Required("RoleSessionName")}" },
            ["Credentials"] = new JsonObject
            {
                ["AccessKeyId"] = issued.Id,
                ["AccessKeySecret"] = issued.Secret,
                ["SecurityToken"] = issued.SecurityToken,
                ["Expiration"] = issued.ExpiresAt!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
            },
        });
    }
}
