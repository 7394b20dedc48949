using System.Globalization;
using System.Threading.Channels;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary>The compose file is read by Debian's docker-compose, its registry tells the intake of pushes, and its README leads to valid resources.</summary>
public class ComposeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_file_holds_the_four_parts_and_the_services_are_those_that_are_built_here()
    {
        var compose = await ComposeFile.ReadAsync(Cancellation);

        compose.Services.Should().BeEquivalentTo("rabbitmq", "registry", "signer", "verifier");
        foreach (var service in (string[])["Signer", "Verifier"])
        {
            var build = compose.Service(service.ToLowerInvariant())["build"];
            Path.GetFullPath(Path.Combine(build["context"].ToString(), build["dockerfile"].ToString())).Should().Be(Dockerfile.PathOf(service));
            compose.List(service.ToLowerInvariant(), "cap_drop").Should().Equal("ALL");
            compose.List(service.ToLowerInvariant(), "security_opt").Should().Equal("no-new-privileges:true");
            compose.Service(service.ToLowerInvariant())["read_only"].ToString().Should().Be("true");
        }
    }

    [Fact]
    public async Task Both_sides_of_each_secret_have_it_and_nothing_is_open_beyond_loopback()
    {
        var compose = await ComposeFile.ReadAsync(Cancellation);
        var bus = $"amqp://kritis:{ComposeFile.Password}@rabbitmq:5672/";

        compose.Environment("rabbitmq").Should().Contain("RABBITMQ_DEFAULT_USER", "kritis").And.Contain("RABBITMQ_DEFAULT_PASS", ComposeFile.Password);
        compose.Environment("signer").Should().Contain("KRITIS_Bus__Uri", bus).And.Contain("KRITIS_Intake__Token", ComposeFile.Token);
        compose.Environment("verifier").Should().Contain("KRITIS_Bus__Uri", bus);
        compose.Services.SelectMany(service => compose.List(service, "ports")).Should().NotBeEmpty().And.OnlyContain(port => port.StartsWith("127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_secrets_it_says_what_to_do()
    {
        var result = await ComposeFile.ConfigAsync(WorkingTree.Path("deploy", "compose", ".env.example"), Cancellation);

        result.Succeeded.Should().BeFalse();
        result.Error.Should().Contain("copy .env.example to .env and fill it in");
    }

    [Fact]
    public async Task The_registry_tells_the_signers_intake_of_a_push_with_the_token()
    {
        var compose = await ComposeFile.ReadAsync(Cancellation);
        await using var intake = new RecordingIntake();
        await intake.StartAsync();
        var settings = compose.Environment("registry");
        var listening = new Uri(compose.Environment("signer")["KRITIS_urls"]).Authority;
        settings["REGISTRY_NOTIFICATIONS_ENDPOINTS"].Should().Contain($"url: http://{listening}/events/distribution");
        settings["REGISTRY_NOTIFICATIONS_ENDPOINTS"] = settings["REGISTRY_NOTIFICATIONS_ENDPOINTS"].Replace(listening, intake.Authority, StringComparison.Ordinal);
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePorts.Next()}");
        settings["REGISTRY_HTTP_ADDR"] = address;
        using var folder = new ServerFolder("compose");
        // What the image brings along.
        var configuration = folder.Write("config.yml", $"version: 0.1\nstorage: {{ filesystem: {{ rootdirectory: '{folder.File("images")}' }} }}\nhttp: {{ addr: ':5000' }}\n");
        await using var registry = ChildProcess.Start("docker-registry", "docker-registry", ["serve", configuration], settings);
        using var http = new HttpClient();
        await registry.UntilAsync("the registry answers", async () => await http.GetStringAsync(new Uri($"http://{address}/v2/"), Cancellation) == "{}", Cancellation);

        using var image = OciLayout.Image("composed");
        await Skopeo.PushAsync(image, $"{address}/kritis-demo/app:1", Cancellation);

        var (authorization, body) = await intake.FirstAsync(notification => notification.Body.Contains(image.Digest, StringComparison.Ordinal), Cancellation);
        authorization.Should().Be($"Bearer {ComposeFile.Token}");
        body.Should().Contain("\"action\": \"push\"");
    }

    [Fact]
    public async Task What_its_README_says_makes_a_key_and_resources_that_are_valid()
    {
        using var folder = new ServerFolder("compose");
        foreach (var file in (string[])[".env.example", "resources/demo.yaml"])
        {
            folder.Write(file, await File.ReadAllTextAsync(WorkingTree.Path("deploy", "compose", file), Cancellation));
        }

        var commands = (await File.ReadAllLinesAsync(WorkingTree.Path("deploy", "compose", "README.md"), Cancellation))
            .Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..])
            .TakeWhile(line => !line.StartsWith("docker", StringComparison.Ordinal)).Where(line => line != "cd deploy/compose").ToList();
        var made = await CommandResult.OfAsync("sh", ["-eu"], string.Join('\n', commands) + "\n", new Dictionary<string, string>(), folder.Path, Cancellation);

        made.Succeeded.Should().BeTrue(made.ToString());
        var load = ResourceFiles.Load(folder.File("resources"));
        load.Problems.Should().BeEmpty();
        load.Resources!.Witnesses.Single().Value.ActiveKey!.KeyId.Should().Be("release");
        File.GetUnixFileMode(folder.File("data/signer/keys/release.pem")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        load.Resources.Policies.Single().Clusters.Should().Equal((await ComposeFile.ReadAsync(Cancellation)).Environment("verifier")["KRITIS_Cluster__Name"]);
    }

    /// <summary>Stands where the Signer's intake is and keeps what it is told.</summary>
    private sealed class RecordingIntake : IAsyncDisposable
    {
        private readonly Channel<(string Authorization, string Body)> _told = Channel.CreateUnbounded<(string, string)>();
        private readonly WebApplication _server;

        public RecordingIntake()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Configuration["urls"] = "http://127.0.0.1:0";
            _server = builder.Build();
            _server.MapPost("/events/distribution", async (HttpRequest request) =>
            {
                using var reader = new StreamReader(request.Body);
                await _told.Writer.WriteAsync((request.Headers.Authorization.ToString(), await reader.ReadToEndAsync(Cancellation)));
            });
        }

        public string Authority => new Uri(_server.Urls.Single()).Authority;

        public Task StartAsync() => _server.StartAsync(Cancellation);

        public async Task<(string Authorization, string Body)> FirstAsync(Func<(string Authorization, string Body), bool> condition, CancellationToken cancellationToken)
        {
            while (true)
            {
                var told = await _told.Reader.ReadAsync(cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), cancellationToken);
                if (condition(told))
                {
                    return told;
                }
            }
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
