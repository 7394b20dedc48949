using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Kubernetes;

/// <summary>The custom resources that the tests of a whole cluster begin with.</summary>
internal static class ClusterResources
{
    public static string Of(DockerRegistry registry, string publicKeyPem) => $$"""
        apiVersion: kritis.events/v1alpha1
        kind: Registry
        metadata: { name: main }
        spec:
          host: "{{registry.Address}}"
          aliases: ["{{ClusterInstallation.RegistryAlias}}"]
          url: "http://{{registry.Address}}"
          immutableTags: ["kritis-demo/immutable*"]
        ---
        apiVersion: kritis.events/v1alpha1
        kind: Witness
        metadata: { name: release }
        spec:
          keys:
            - kms: local
              keyId: release
              algorithm: RSA_PKCS1_SHA_256
              state: active
              publicKey: |
                {{publicKeyPem.Replace("\n", "\n        ", StringComparison.Ordinal)}}
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SigningRule
        metadata: { name: kritis-demo }
        spec: { registry: main, namespace: kritis-demo, repositories: ["*"], tags: ["*"], witness: release, mode: Automatic, attach: true }
        ---
        apiVersion: kritis.events/v1alpha1
        kind: SecurityPolicy
        metadata: { name: default-namespace }
        spec:
          clusters: ["{{ClusterInstallation.ClusterName}}"]
          namespaces: ["default", "checked-*"]
          require: { allOf: [release] }
        """;
}
