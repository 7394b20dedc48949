using System.Net;
using Kritis.Events.ServiceDefaults.Health;
using Kritis.Events.ServiceDefaults.Settings;
using Kritis.Events.ServiceDefaults.Stopping;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.ServiceDefaults.Tests.Stopping;

/// <summary>A service that is told to stop answers for as long as requests may still be sent to it.</summary>
public class DrainTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_it_drains_it_answers_as_before_and_says_that_it_is_not_ready()
    {
        var time = new FakeTimeProvider();
        await using var service = await StartAsync("00:00:05", time);
        using var http = new HttpClient { BaseAddress = new Uri(service.Urls.Single()) };
        var stopping = service.Lifetime.ApplicationStopping;
        (await http.GetStringAsync(new Uri("/readyz", UriKind.Relative), Cancellation)).Should().Be("ready\n");

        var drained = service.Services.GetRequiredService<DrainingLifetime>().DrainAsync();
        using var readiness = await http.GetAsync(new Uri("/readyz", UriKind.Relative), Cancellation);
        var alive = await http.GetStringAsync(new Uri("/healthz", UriKind.Relative), Cancellation);
        time.Advance(TimeSpan.FromSeconds(4.9));

        (readiness.StatusCode, await readiness.Content.ReadAsStringAsync(Cancellation)).Should().Be((HttpStatusCode.ServiceUnavailable, "stopping: the service is about to stop\n"));
        alive.Should().Be("alive\n");
        stopping.IsCancellationRequested.Should().BeFalse("what is being signed goes on");
        time.Advance(TimeSpan.FromSeconds(0.2));
        await drained;
        stopping.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task A_second_signal_ends_the_draining()
    {
        await using var service = await StartAsync("00:00:05", new FakeTimeProvider());
        var lifetime = service.Services.GetRequiredService<DrainingLifetime>();
        var first = lifetime.DrainAsync();

        await lifetime.DrainAsync();

        await first;
        service.Lifetime.ApplicationStopping.IsCancellationRequested.Should().BeTrue();
    }

    [Fact]
    public async Task Unless_asked_for_a_service_does_not_drain()
    {
        await using var service = await StartAsync(null, new FakeTimeProvider());

        service.Services.GetRequiredService<IHostLifetime>().Should().NotBeOfType<DrainingLifetime>();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("-00:00:01")]
    [InlineData("00:01:01")]
    public void A_time_that_is_none_or_too_long_is_refused(string drain)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Shutdown:Drain"] = drain }).Build();

        var read = () => ShutdownOptions.From(configuration);

        read.Should().Throw<SettingException>().Which.Message.Should().Be($"Shutdown:Drain is '{drain}'; expected a time from 00:00:00 to 00:01:00");
    }

    private static async Task<WebApplication> StartAsync(string? drain, TimeProvider time)
    {
        var folder = Directory.CreateTempSubdirectory("kritis-drain-");
        string[] settings = ["--Bus:Uri=memory:", $"--Data:Path={folder.FullName}", $"--Shutdown:Drain={drain}"];
        var builder = KritisService.CreateBuilder("test", settings, "http://127.0.0.1:0");
        _ = builder.Services.AddSingleton(time);
        var service = builder.Build();
        service.MapKritisDefaults();
        await service.StartAsync(Cancellation);
        folder.Delete(recursive: true);
        return service;
    }
}
