using System.Diagnostics.Metrics;
using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Signer.AlibabaCloud;
using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Kritis.Events.Signer.AlibabaCloud.Rpc;
using Kritis.Events.Signer.Kms.Alibaba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Tests.AlibabaCloud;

/// <summary>The product's side of an emulated Alibaba Cloud.</summary>
internal sealed class CloudUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CredentialChain _chain;
    private readonly CallPolicy _policy;
    private readonly IOptions<AlibabaCloudOptions> _options;
    private readonly TimeProvider _time;

    private CloudUnderTest(AlibabaEmulator emulator, Action<AlibabaCloudOptions>? set, TimeProvider time)
    {
        Emulator = emulator;
        _time = time;
        var options = new AlibabaCloudOptions
        {
            AccessKeyId = emulator.Options.AccessKeyId,
            AccessKeySecret = emulator.Options.AccessKeySecret,
            KmsCallsPerSecond = 10_000,
            CallDeadline = TimeSpan.FromSeconds(10),
            Endpoints = EndpointsOf(emulator.Url),
        };
        foreach (var region in emulator.Options.Regions)
        {
            options.Endpoints.Regions[region] = EndpointsOf(emulator.UrlOf(region));
        }

        set?.Invoke(options);
        _options = Microsoft.Extensions.Options.Options.Create(options);
        _policy = new CallPolicy(_options, new AlibabaCloudMetrics(_services.GetRequiredService<IMeterFactory>()), time);
        _chain = new CredentialChain([new StaticCredentials(_options)], time, NullLogger<CredentialChain>.Instance);
        Client = new RpcClient(new RpcTransport(_http, _options, time), _chain, _policy);
        KeyManagement = With(new RpcKmsCalls(Client));
    }

    public AlibabaEmulator Emulator { get; }

    public RpcClient Client { get; }

    public AlibabaKeyManagement KeyManagement { get; }

    public CredentialChain Credentials => _chain;

    public IOptions<AlibabaCloudOptions> Options => _options;

    public static async Task<CloudUnderTest> StartAsync(
        EmulatorOptions? emulated = null, Action<AlibabaCloudOptions>? set = null, TimeProvider? time = null) =>
        new(await AlibabaEmulator.StartAsync(emulated ?? new EmulatorOptions { SignaturesPerSecond = 100_000 }, TestContext.Current.CancellationToken), set, time ?? TimeProvider.System);

    public AlibabaKeyManagement With(IKmsCalls calls) => new(calls, _policy, _options, _time);

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        _chain.Dispose();
        _http.Dispose();
        await _services.DisposeAsync();
    }

    private static EndpointOptions EndpointsOf(Uri url)
    {
        var text = url.GetLeftPart(UriPartial.Authority);
        return new EndpointOptions { Kms = text, ContainerRegistry = text, SecurityCenter = text, Sts = text, Metadata = text };
    }
}
