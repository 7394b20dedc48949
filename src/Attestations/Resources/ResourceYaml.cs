using System.Globalization;
using System.Text;
using System.Text.Json;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Attestations.Resources;

/// <summary>Writes resources as YAML documents that read back to the same resources. Texts are quoted as JSON, which is YAML.</summary>
public static class ResourceYaml
{
    /// <summary>A <c>Registry</c> document.</summary>
    public static string Write(ConfiguredRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var text = Begin("Registry", registry.Name)
            .Append("  host: ").AppendLine(Quote(registry.Host))
            .Append("  aliases: ").AppendLine(Quote(registry.Aliases))
            .Append("  url: ").AppendLine(Quote(registry.Url.GetLeftPart(UriPartial.Authority)))
            .Append("  tokenRealms: ").AppendLine(Quote(registry.TokenRealms))
            .Append("  immutableTags: ").AppendLine(Quote(registry.ImmutableTags));
        if (registry.Credentials is { } credentials)
        {
            _ = text.AppendLine("  credentials:").Append("    username: ").AppendLine(Quote(credentials.Username));
            _ = credentials.PasswordFile is { } file
                ? text.Append("    passwordFile: ").AppendLine(Quote(file))
                : text.Append("    passwordEnv: ").AppendLine(Quote(credentials.PasswordEnvironmentVariable ?? ""));
        }

        if (registry.Acr is { } acr)
        {
            _ = text.Append("  acr: { instanceId: ").Append(Quote(acr.InstanceId))
                .Append(", region: ").Append(Quote(acr.Region))
                .Append(", namespaces: ").Append(Quote(acr.Namespaces)).AppendLine(" }");
        }

        return text.ToString();
    }

    /// <summary>A <c>Witness</c> document.</summary>
    public static string Write(Witness witness)
    {
        ArgumentNullException.ThrowIfNull(witness);
        var text = Begin("Witness", witness.Name).AppendLine("  keys:");
        foreach (var key in witness.Keys)
        {
            _ = text.Append("    - kms: ").AppendLine(key.Kms)
                .Append(Optional("region", key.Region))
                .Append("      keyId: ").AppendLine(Quote(key.KeyId))
                .Append(Optional("keyVersionId", key.KeyVersionId))
                .Append("      algorithm: ").AppendLine(key.PublicKey.Algorithm.Name())
                .Append("      state: ").AppendLine(key.State.ToString().ToLowerInvariant())
                .AppendLine("      publicKey: |");
            foreach (var line in key.PublicKey.Pem.Split('\n'))
            {
                _ = text.Append("        ").AppendLine(line);
            }
        }

        return text.ToString();
    }

    /// <summary>A <c>SigningRule</c> document.</summary>
    public static string Write(SigningRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return Begin("SigningRule", rule.Name)
            .Append("  registry: ").AppendLine(Quote(rule.Registry))
            .Append("  namespace: ").AppendLine(Quote(rule.Namespace))
            .Append("  repositories: ").AppendLine(Quote(rule.Repositories))
            .Append("  tags: ").AppendLine(Quote(rule.Tags))
            .Append("  witness: ").AppendLine(Quote(rule.Witness))
            .Append("  mode: ").AppendLine(rule.Mode.ToString())
            .Append("  attach: ").AppendLine(rule.Attach ? "true" : "false")
            .ToString();
    }

    /// <summary>A <c>SecurityPolicy</c> document.</summary>
    public static string Write(SecurityPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var all = policy.AtLeast == policy.Witnesses.Count;
        return Begin("SecurityPolicy", policy.Name)
            .Append("  enabled: ").AppendLine(policy.Enabled ? "true" : "false")
            .Append("  clusters: ").AppendLine(Quote(policy.Clusters))
            .Append("  namespaces: ").AppendLine(Quote(policy.Namespaces))
            .Append(policy.NamespaceSelector is { } selector ? Selector(selector) : "")
            .AppendLine(all
                ? $"  require: {{ allOf: {Quote(policy.Witnesses)} }}"
                : $"  require: {{ atLeast: {policy.AtLeast}, of: {Quote(policy.Witnesses)} }}")
            .Append("  exempt: ").AppendLine(Quote(policy.Exempt))
            .Append("  placeholders: ").AppendLine(Quote(policy.Placeholders))
            .Append("  tags: ").AppendLine(policy.Tags.ToString())
            .Append("  breakGlass: ").AppendLine(policy.BreakGlass ? "Allow" : "Deny")
            .Append("  enforcement: ").AppendLine(policy.Enforcement.ToString())
            .Append(policy.WaitForAttestation is { } wait ? string.Create(CultureInfo.InvariantCulture, $"  waitForAttestation: {wait.TotalMilliseconds:0}ms\n") : "")
            .ToString();
    }

    private static string Selector(LabelSelector selector)
    {
        var requirements = selector.Requirements.Select(requirement =>
            $"{{ key: {Quote(requirement.Key)}, operator: {requirement.Operator}, values: {Quote(requirement.Values)} }}");
        return $"  namespaceSelector: {{ matchExpressions: [{string.Join(", ", requirements)}] }}\n";
    }

    private static StringBuilder Begin(string kind, string name) => new StringBuilder()
        .AppendLine("apiVersion: kritis.events/v1alpha1")
        .Append("kind: ").AppendLine(kind)
        .Append("metadata: { name: ").Append(Quote(name)).AppendLine(" }")
        .AppendLine("spec:");

    private static string Optional(string name, string? value) => value is null ? "" : $"      {name}: {Quote(value)}\n";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Quote(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Quote))}]";
}
