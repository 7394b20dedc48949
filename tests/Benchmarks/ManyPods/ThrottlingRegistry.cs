using System.Net;
using Kritis.Events.Benchmarks.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Benchmarks.ManyPods;

/// <summary>A registry that is too busy for anybody: it answers 429, whatever it is asked.</summary>
internal sealed class ThrottlingRegistry : IAsyncDisposable
{
    private readonly WebApplication _server;
    private int _asked;

    private ThrottlingRegistry(Uri address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        _ = builder.WebHost.UseKestrel(kestrel => kestrel.ListenLocalhost(address.Port));
        (Address, _server) = (address, builder.Build());
        _server.Run(context =>
        {
            _ = Interlocked.Increment(ref _asked);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        });
    }

    public Uri Address { get; }

    /// <summary>How often it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<ThrottlingRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var registry = new ThrottlingRegistry(BuiltService.Loopback("http"));
        await registry._server.StartAsync(cancellationToken);
        return registry;
    }

    /// <summary>Asks it itself, so that its being asked by nobody else means something.</summary>
    /// <exception cref="InvalidOperationException">It does not answer 429, or did not notice.</exception>
    public async Task ProveAsync(CancellationToken cancellationToken)
    {
        var before = Asked;
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(Address, "/v2/"), cancellationToken);
        if (answer.StatusCode != HttpStatusCode.TooManyRequests || Asked != before + 1)
        {
            throw new InvalidOperationException($"The registry answered {(int)answer.StatusCode} and noticed {Asked - before} requests; expected 429 and 1.");
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
