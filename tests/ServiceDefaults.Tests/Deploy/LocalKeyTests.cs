using k8s.Models;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>The component for keys in a Secret brings them to the Signer as it takes them: plain files that are its alone.</summary>
public class LocalKeyTests
{
    private const string Own = """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources: [../kritis-events/deploy/kubernetes]
        components: [../kritis-events/deploy/kubernetes/components/local-keys]
        """;

    [Fact]
    public async Task The_signer_finds_the_secrets_keys_where_it_looks_for_them()
    {
        var pod = (await Kustomization.BuildAsync(Own)).One<V1Deployment>("kritis-signer").Spec.Template.Spec;
        var (signer, copy) = (pod.Containers.Single(), pod.InitContainers.Single());

        var keys = signer.VolumeMounts.Single(mount => mount.MountPath == "/data/keys");
        keys.ReadOnlyProperty.Should().BeTrue();
        pod.Volumes.Single(volume => volume.Name == keys.Name).EmptyDir.Medium.Should().Be("Memory");
        copy.VolumeMounts.Select(mount => mount.MountPath).Should().Equal(copy.Command.TakeLast(2));
        pod.Volumes.Single(volume => volume.Name == copy.VolumeMounts[0].Name).Secret.SecretName.Should().Be("kritis-keys");
        copy.SecurityContext.Should().BeEquivalentTo(signer.SecurityContext);
        (await Kustomization.BuildAsync(Own)).One<V1Deployment>("kritis-verifier").Spec.Template.Spec.Volumes.Should().NotContain(volume => volume.Secret != null);
    }

    [Fact]
    public async Task Its_command_makes_files_of_the_links_that_a_secrets_volume_has()
    {
        var copy = (await Kustomization.BuildAsync(Own)).One<V1Deployment>("kritis-signer").Spec.Template.Spec.InitContainers.Single();
        using var folder = new ServerFolder("keys");
        folder.Write("secret/..data/release.pem", "the key\n");
        _ = File.CreateSymbolicLink(folder.File("secret/release.pem"), "..data/release.pem");
        var keys = Directory.CreateDirectory(folder.File("keys")).FullName;

        // As often as the Pod's init container is run again.
        for (var time = 0; time < 2; time++)
        {
            var result = await CommandResult.OfAsync(copy.Command[0], [.. copy.Command.Skip(1).SkipLast(2), folder.File("secret"), keys], null,
                new Dictionary<string, string>(), folder.Path, TestContext.Current.CancellationToken);
            result.Succeeded.Should().BeTrue(result.ToString());
        }

        var made = new FileInfo(Path.Combine(keys, "release.pem"));
        made.LinkTarget.Should().BeNull();
        made.UnixFileMode.Should().Be(UnixFileMode.UserRead);
        (await File.ReadAllTextAsync(made.FullName, TestContext.Current.CancellationToken)).Should().Be("the key\n");
    }
}
