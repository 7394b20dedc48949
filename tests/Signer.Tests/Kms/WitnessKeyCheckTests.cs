using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.Kms;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Tests.Kms;

public sealed class WitnessKeyCheckTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_service_whose_keys_are_the_pinned_ones_starts()
    {
        using var host = Host(Local("release", Create("release")));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task G3_a_key_that_is_not_the_pinned_one_stops_the_service_with_both_fingerprints()
    {
        var really = Create("release");
        var pinned = Create("another");
        (await StartFails(Local("release", pinned))).Message.Should()
            .ContainAll("'release'", really.Fingerprint.ToString(), pinned.Fingerprint.ToString(), "local:release");
    }

    [Fact]
    public async Task Lesson_kritis_webhook_a_key_that_cannot_be_used_is_an_error_at_start()
    {
        (await StartFails(Local("missing", Create("release")))).Code.Should().Be(KeyManagementCodes.KeyNotFound);
        File.WriteAllText(Path.Combine(_data.Path, "keys", "release.pem"), "garbage");
        (await StartFails(Local("release", Create("another")))).Code.Should().Be(KeyManagementCodes.KeyUnreadable);
    }

    [Fact]
    public async Task An_unknown_key_management_is_named_with_those_there_are()
    {
        var failed = await StartFails(Local("release", Create("release")) with { Kms = "cloudy\n" });
        failed.Code.Should().Be(KeyManagementCodes.UnknownKms);
        failed.Transient.Should().BeFalse();
        failed.Message.Should().ContainAll("cloudy\\u000a", "expected one of: alibaba, away, local").And.NotContain("\n");
    }

    [Fact]
    public async Task A_witness_that_no_rule_uses_or_that_has_no_active_key_stops_nothing()
    {
        using var unused = Host(Local("missing", Create("a")), rule: "other");
        await unused.StartAsync(TestContext.Current.CancellationToken);
        using var retired = Host(Local("missing", Create("b")) with { State = KeyState.Retired });
        await retired.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_key_management_that_is_away_for_now_stops_nothing()
    {
        using var host = Host(Local("release", Create("release")) with { Kms = "away" });
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_empty_data_path_is_refused_at_start()
    {
        _ = Create("release");
        using var host = Host(Local("release", Create("other")), dataPath: " ");
        var start = () => host.StartAsync(TestContext.Current.CancellationToken);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain("Data:Path");
    }

    [Fact]
    public void Two_key_managements_of_one_name_are_refused()
    {
        var two = () => new KeyManagements([new Away(), new Away()]);
        two.Should().Throw<InvalidOperationException>().WithMessage("*'away'*");
    }

    private PublicKey Create(string id) => LocalKeyFile.Create(Path.Combine(_data.Path, "keys", id + ".pem"), SignatureAlgorithm.EcdsaSha256);

    private static WitnessKey Local(string id, PublicKey pinned) =>
        new() { Kms = "local", KeyId = id, State = KeyState.Active, PublicKey = pinned };

    private async Task<KeyManagementException> StartFails(WitnessKey key)
    {
        using var host = Host(key);
        var start = () => host.StartAsync(TestContext.Current.CancellationToken);
        var refusal = (await start.Should().ThrowAsync<StartRefusedException>()).Which;
        return refusal.InnerException.Should().BeOfType<KeyManagementException>().Which;
    }

    private IHost Host(WitnessKey key, string rule = "release", string? dataPath = null)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("Data:Path", dataPath ?? _data.Path)]);
        builder.Services.AddSingleton<IResourceSource>(new Fixed(new ResourceSet
        {
            Witnesses = new Dictionary<string, Witness>
            {
                ["release"] = new() { Name = "release", Keys = [key] },
                ["other"] = new() { Name = "other", Keys = [key with { State = KeyState.Retired }] },
            },
            Rules =
            [
                new()
                {
                    Name = "rule", Registry = "r", Namespace = "*", Repositories = ["*"], Tags = ["*"],
                    Witness = rule, Mode = SigningMode.Automatic, Attach = false,
                },
            ],
        }));
        builder.Services.AddAlibabaCloud(builder.Configuration);
        builder.Services.AddKeyManagement(builder.Configuration);
        builder.Services.AddSingleton<IKeyManagement, Away>();
        return builder.Build();
    }

    private sealed class Fixed(ResourceSet set) : IResourceSource
    {
        public event Action<ResourceSet>? Changed
        {
            add { }
            remove { }
        }

        public ResourceSet Current => set;
    }

    private sealed class Away : IKeyManagement
    {
        public string Name => "away";

        public Task<ReadOnlyMemory<byte>> SignAsync(WitnessKey key, ReadOnlyMemory<byte> sha256, CancellationToken cancellation) =>
            throw new KeyManagementException(KeyManagementCodes.KeyUnavailable, "away", transient: true);

        public Task<PublicKey> GetPublicKeyAsync(WitnessKey key, CancellationToken cancellation) =>
            throw new KeyManagementException(KeyManagementCodes.KeyUnavailable, "away", transient: true);
    }
}
