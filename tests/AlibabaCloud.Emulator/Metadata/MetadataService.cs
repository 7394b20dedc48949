using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator.Metadata;

/// <summary>The instance metadata of an ECS machine in hardened mode: nothing without a token.</summary>
internal sealed class MetadataService(AccessKeys keys, EmulatorOptions options)
{
    private const string Roles = "/latest/meta-data/ram/security-credentials/";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tokens = new();

    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/latest/api/token" when context.Request.Method == "PUT" => TokenAsync(context),
        var path when path!.StartsWith(Roles, StringComparison.Ordinal) && context.Request.Method == "GET" => RoleAsync(context, path[Roles.Length..]),
        _ => StatusAsync(context, 404),
    };

    private Task TokenAsync(HttpContext context)
    {
        if (!int.TryParse(context.Request.Headers["X-aliyun-ecs-metadata-token-ttl-seconds"], out var seconds) || seconds is < 1 or > 21600)
        {
            return StatusAsync(context, 400);
        }

        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));
        _tokens[token] = options.Time.GetUtcNow().AddSeconds(seconds);
        return context.Response.WriteAsync(token);
    }

    private Task RoleAsync(HttpContext context, string role)
    {
        if (!_tokens.TryGetValue(context.Request.Headers["X-aliyun-ecs-metadata-token"].ToString(), out var end) || end <= options.Time.GetUtcNow())
        {
            return StatusAsync(context, 403);
        }

        if (options.EcsRole is null || (role.Length > 0 && role != options.EcsRole))
        {
            return StatusAsync(context, 404);
        }

        return role.Length == 0 ? context.Response.WriteAsync(options.EcsRole) : CredentialsAsync(context);
    }

    private Task CredentialsAsync(HttpContext context)
    {
        var issued = keys.Issue();
        return context.Response.WriteAsync(new JsonObject
        {
            ["AccessKeyId"] = issued.Id,
            ["AccessKeySecret"] = issued.Secret,
            ["Expiration"] = issued.ExpiresAt!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
            ["SecurityToken"] = issued.SecurityToken,
            ["LastUpdated"] = options.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null),
            ["Code"] = "Success",
        }.ToJsonString());
    }

    private static Task StatusAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
