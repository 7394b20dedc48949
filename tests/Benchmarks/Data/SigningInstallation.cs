using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Attestations.Keys;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>RabbitMQ, CNCF Distribution, signers and, where they are asked for, verifiers: real processes on this machine.</summary>
internal sealed class SigningInstallation : IAsyncDisposable
{
    private const string Region = "cn-hongkong";
    private readonly SigningFolder _folder = new();
    private readonly List<IAsyncDisposable> _parts = [];

    private SigningInstallation()
    {
    }

    public RabbitMqServer Broker { get; private set; } = null!;

    public DockerRegistry Registry { get; private set; } = null!;

    public IReadOnlyList<ServiceProcess> Signers { get; private set; } = [];

    public IReadOnlyList<ServiceProcess> Verifiers { get; private set; } = [];

    /// <summary>Starts one, and returns when all of it is ready.</summary>
    /// <param name="shape">What it consists of.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<SigningInstallation> StartAsync(InstallationShape shape, CancellationToken cancellationToken)
    {
        var made = new SigningInstallation();
        try
        {
            await made.StartPartsAsync(shape, cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var at = _parts.Count - 1; at >= 0; at--)
        {
            await _parts[at].DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task StartPartsAsync(InstallationShape shape, CancellationToken cancellationToken)
    {
        Uri[] intakes = [.. Enumerable.Range(0, shape.Signers).Select(_ => BuiltService.Loopback("http"))];
        Broker = Keep(await RabbitMqServer.StartAsync(cancellationToken));
        Registry = Keep(await DockerRegistry.StartAsync(
            shape.RegistryTells ? [(new Uri(intakes[0], "/events/distribution"), SigningFolder.Token)] : [], htpasswd: null, cancellationToken));
        _folder.WriteResources(Registry.Address, shape.Cloud is { } cloud ? KeyOf(cloud) : _folder.MakeLocalKey());
        Signers = [.. intakes.Select((intake, number) => Start("Signer", number, intake, shape, shape.Cloud is { } cloud ? AccessTo(cloud) : []))];
        Verifiers = [.. Enumerable.Range(0, shape.Verifiers).Select(number => Start("Verifier", number, BuiltService.Loopback("https"), shape, []))];
        foreach (var service in Signers.Concat(Verifiers))
        {
            await service.UntilReadyAsync(cancellationToken);
        }
    }

    private T Keep<T>(T part)
        where T : IAsyncDisposable
    {
        _parts.Add(part);
        return part;
    }

    private ServiceProcess Start(string project, int number, Uri address, InstallationShape shape, Dictionary<string, string> others)
    {
        var settings = _folder.Settings($"{project}-{number}", Broker.Uri);
        foreach (var (key, value) in others)
        {
            settings[key] = value;
        }

        return Keep(ServiceProcess.Start($"{project}-{number}", shape.Program(project), address, settings));
    }

    private static WitnessKey KeyOf(AlibabaEmulator cloud)
    {
        var key = cloud.Keys.Create(alias: $"alias/{BenchmarkPolicies.WitnessName}");
        var version = key.Versions.Single();
        return new WitnessKey
        {
            Kms = "alibaba",
            Region = Region,
            KeyId = $"alias/{BenchmarkPolicies.WitnessName}",
            KeyVersionId = version,
            State = KeyState.Active,
            PublicKey = PublicKey.FromPem(key.PublicKeyOf(version), SignatureAlgorithm.RsaPkcs1Sha256),
        };
    }

    private static Dictionary<string, string> AccessTo(AlibabaEmulator cloud) => new()
    {
        ["AlibabaCloud:AccessKeyId"] = cloud.Options.AccessKeyId,
        ["AlibabaCloud:AccessKeySecret"] = cloud.Options.AccessKeySecret,
        ["AlibabaCloud:Endpoints:Kms"] = cloud.Url.GetLeftPart(UriPartial.Authority),
    };
}
