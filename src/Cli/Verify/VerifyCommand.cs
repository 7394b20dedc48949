using System.CommandLine;
using System.Net.Http.Headers;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Registry.SignIn;

namespace Kritis.Events.Cli.Verify;

/// <summary><c>kritis verify IMAGE@DIGEST --witness-key pub.pem</c>: from what is attached in the registry alone.</summary>
internal static class VerifyCommand
{
    private const int NotVerified = 2;
    private const int MostPasswordCharacters = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Argument<string> ImageArgument = new("IMAGE@DIGEST") { Description = "What is to be verified: registry/repository@sha256:…" };
    private static readonly Option<string> KeyOption = new("--witness-key") { Description = "The witness's public key, a PEM file.", Required = true };
    private static readonly Option<string?> WitnessOption = new("--witness") { Description = "The witness that the signature must speak for; otherwise whichever it names." };
    private static readonly Option<string?> AlgorithmOption = new("--algorithm") { Description = "RSA_PKCS1_SHA_256 (the default for RSA), RSA_PSS_SHA_256 or ECDSA_SHA_256." };
    private static readonly Option<string?> NameOption = new("--registry-name") { Description = "The host that is signed, where the image is pulled under another." };
    private static readonly Option<string[]> RealmOption = new("--token-realm") { Description = "A host besides the registry's own that may hand out its tokens; may be given several times." };
    private static readonly Option<string?> UserOption = new("--username") { Description = "The user name; otherwise what docker login keeps in its config.json. Credential helpers are not run." };
    private static readonly Option<bool> PasswordOption = new("--password-stdin") { Description = "Read the password from standard input." };

    public static Command Create()
    {
        var command = new Command(
            "verify",
            "Verifies an image by the signature that is attached to it in the registry, without any service. A revocation is not attached and not seen here. "
            + "Exit code 0: verified; 2: not verified; 1: it could not be found out.")
        {
            ImageArgument, KeyOption, WitnessOption, AlgorithmOption, NameOption, RealmOption, UserOption, PasswordOption,
        };
        command.SetAction((parsed, cancellationToken) => CommandRun.Async(() => RunAsync(parsed, cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var reference = Reference(parsed.GetRequiredValue(ImageArgument));
        var key = await WitnessKeyFile.ReadAsync(parsed.GetRequiredValue(KeyOption), parsed.GetValue(AlgorithmOption), cancellationToken);
        var wanted = new WantedSignature(Signed(reference, parsed.GetValue(NameOption)), key, parsed.GetValue(WitnessOption));
        var registry = UnconfiguredRegistry.Of(reference.Registry, parsed.GetValue(RealmOption) ?? []);
        var password = await PasswordAsync(parsed, reference.Registry, cancellationToken);
        var report = await LookAsync(registry, wanted, password, cancellationToken);
        Tell(wanted, report);
        return report switch { { IsVerified: true } => 0, { IsOpen: true } => 1, _ => NotVerified };
    }

    private static ImageReference Reference(string text)
    {
        if (!ImageReference.TryParse(text, out var reference, out var problem))
        {
            throw new StartRefusedException($"'{Excerpt.Of(text)}' is not an image: {problem}");
        }

        return reference.Digest is not null
            ? reference
            : throw new StartRefusedException($"'{Excerpt.Of(text)}' names no digest; a tag can be moved: use {reference.Name}@sha256:…");
    }

    private static Image Signed(ImageReference reference, string? host)
    {
        var text = $"{host ?? reference.Registry}/{reference.Repository}@{reference.Digest}";
        return Image.TryParse(text, out var image, out var problem)
            ? image
            : throw new StartRefusedException($"--registry-name '{Excerpt.Of(host)}': {problem}");
    }

    private static async Task<AuthenticationHeaderValue?> PasswordAsync(ParseResult parsed, string host, CancellationToken cancellationToken)
    {
        var user = parsed.GetValue(UserOption);
        if (user is null != !parsed.GetValue(PasswordOption))
        {
            throw new StartRefusedException("--username and --password-stdin belong together");
        }

        if (user is null)
        {
            return DockerConfig.PasswordOf(DockerConfig.File, host, Console.Error.WriteLine);
        }

        var buffer = new char[MostPasswordCharacters + 1];
        var length = await Console.In.ReadBlockAsync(buffer, cancellationToken);
        var password = new string(buffer, 0, length).TrimEnd('\r', '\n');
        return password.Length > 0 && length <= MostPasswordCharacters
            ? ConfiguredSignIn.Basic(user, password)
            : throw new StartRefusedException("--password-stdin: there is no password on standard input, or a far too long one");
    }

    private static async Task<AttachmentReport> LookAsync(ConfiguredRegistry registry, WantedSignature wanted, AuthenticationHeaderValue? password, CancellationToken cancellationToken)
    {
        var options = new RegistryClientOptions();
        using var http = RegistryRegistration.Http(options);
        var bounded = new BoundedHttp(http, options, TimeProvider.System);
        var signIns = new RegistrySignIns([new RegistryPassword(password)]);
        var client = new RegistryClient(bounded, new TokenIssuer(bounded, signIns, TimeProvider.System), signIns, TimeProvider.System);
        var check = new AttachmentCheck(new SignatureRepository(client, options), new BlobReader(client, bounded));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await check.LookAsync(registry, wanted, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StartRefusedException($"registry '{registry.Name}' did not show all signatures of {wanted.Image} within {Patience.TotalSeconds:0} s");
        }
        catch (RegistryException realm) when (realm.Code == RegistryException.RealmNotAllowed)
        {
            throw new StartRefusedException($"{realm.Message}; here: --token-realm HOST", realm);
        }
    }

    private static void Tell(WantedSignature wanted, AttachmentReport report)
    {
        Console.WriteLine($"{wanted.Image}: {(report.IsVerified ? "verified" : report.IsOpen ? "not known" : "not verified")}");
        Console.WriteLine($"  key        {wanted.Key.Fingerprint} ({wanted.Key.Algorithm.Name()})");
        Console.WriteLine($"  attached   {report.Tag}");
        if (report.Problem is { } problem)
        {
            Console.WriteLine($"  problem    {problem}");
        }

        for (var at = 0; at < report.Layers.Count; at++)
        {
            var layer = report.Layers[at];
            Console.WriteLine($"  layer {at + 1,-3}  {(layer.Witness is { } witness ? $"signed as witness '{witness}'" : $"does not count: {layer.Problem}")}");
        }
    }
}
