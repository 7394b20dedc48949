using System.Collections.Concurrent;
using Kritis.Events.Cli.Up;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.Demo;

/// <summary>
/// The acceptance story: what nobody signed is refused, what was pushed to the signed namespace is admitted under its own digest and no other.
/// </summary>
internal sealed class DemoStory(Transcript transcript, EmbeddedOptions options)
{
    private const string Foreign = "alpine@sha256:ddba4d27a7ffc3f86dd6c2f92041af252a1f23a8e742c90e6e1297bfa1bc0c45";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Image, TaskCompletionSource<string>> _ends = new();

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        transcript.Title("Kritis.Events: from a push to an admission");
        transcript.Say("Starting signer, verifier and registry in this process: in-memory bus, SQLite log, local RSA-2048 key.");
        await using var system = await EmbeddedSystem.StartAsync(options, Events(), cancellationToken);
        transcript.Say($"registry {options.Ports.RegistryHost}, webhook {options.Ports.Webhook}");
        using var webhook = new Webhook(options.Ports.Webhook, system.CertificateAuthority);
        using var http = new HttpClient();

        await RefuseForeignAsync(webhook, cancellationToken);
        await AdmitSignedAsync(webhook, http, cancellationToken);
        await RefuseWithoutRuleAsync(webhook, http, cancellationToken);
    }

    private async Task RefuseForeignAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        transcript.Title("1. What nobody signed does not run");
        await AskAsync(webhook, "not-sign", "alpine:3.11", Webhook.Denied("alpine:3.11"), cancellationToken);
        await AskAsync(webhook, "not-sign", Foreign, Webhook.Denied(Foreign), cancellationToken);
    }

    private async Task AdmitSignedAsync(Webhook webhook, HttpClient http, CancellationToken cancellationToken)
    {
        var repository = $"{FirstResources.SignedNamespace}/alpine";
        var name = $"{options.Ports.RegistryHost}/{repository}";
        var image = new TinyImage("signed\n");
        var other = new TinyImage("never pushed\n");

        transcript.Title("2. A push to the signed namespace is signed");
        await PushAsync(http, image, repository, "attested by local", cancellationToken);

        transcript.Title("3. It runs under its own digest, and under nothing else");
        await AskAsync(webhook, "is-signed", $"{name}@{image.Digest}", Webhook.Created("is-signed"), cancellationToken);
        await AskAsync(webhook, "not-pushed", $"{name}@{other.Digest}", Webhook.Denied($"{name}@{other.Digest}"), cancellationToken);
        await AskAsync(webhook, "by-tag", $"{name}:3.11", Webhook.Denied($"{name}:3.11"), cancellationToken);
    }

    private async Task RefuseWithoutRuleAsync(Webhook webhook, HttpClient http, CancellationToken cancellationToken)
    {
        var image = new TinyImage("signed\n");
        var name = $"{options.Ports.RegistryHost}/playground/alpine";
        transcript.Title("4. The same image in a namespace without a signing rule stays refused");
        await PushAsync(http, image, "playground/alpine", "skipped (NoRule)", cancellationToken);
        await AskAsync(webhook, "no-rule", $"{name}@{image.Digest}", Webhook.Denied($"{name}@{image.Digest}"), cancellationToken);
    }

    private Task AskAsync(Webhook webhook, string name, string image, string expected, CancellationToken cancellationToken) => transcript.StepAsync(
        $"kubectl -n default create deployment {name} --image={image}",
        () => webhook.CreateDeploymentAsync("default", name, image, cancellationToken),
        expected);

    private Task PushAsync(HttpClient http, TinyImage image, string repository, string expected, CancellationToken cancellationToken) => transcript.StepAsync(
        $"docker push {options.Ports.RegistryHost}/{repository}:3.11",
        async () =>
        {
            await image.PushAsync(http, options.Ports.RegistryHost, repository, "3.11", cancellationToken);
            var pushed = new Image(options.Ports.RegistryHost, repository, image.Digest);
            return await EndOf(pushed).Task.WaitAsync(Patience, cancellationToken);
        },
        expected);

    private EmbeddedEvents Events() => new()
    {
        Attested = (image, attestation) => EndOf(image).TrySetResult($"attested by {attestation.Witness}"),
        Skipped = skipped => EndOf(skipped.Image).TrySetResult($"skipped ({skipped.Reason})"),
        Failed = failed => EndOf(failed.Image).TrySetResult($"failed: {failed.Error}"),
    };

    private TaskCompletionSource<string> EndOf(Image image) =>
        _ends.GetOrAdd(image, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
