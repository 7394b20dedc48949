using System.Buffers;
using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>
/// <c>bare</c> (hidden): a web server with the verifier's certificate and nothing behind it. It reads the same bodies and answers the same bytes as the
/// verifier: less cannot be done for them.
/// </summary>
internal static class BareCommand
{
    private const int BufferBytes = 64 * 1024;
    private static readonly Option<int> Port = new("--port") { Required = true };
    private static readonly Option<string> CertificateFile = new("--certificate") { Required = true };
    private static readonly Option<string> KeyFile = new("--key") { Required = true };
    private static readonly Option<string> Folder = new("--scenarios") { Required = true };

    public static Command Create()
    {
        var command = new Command("bare", "A bare web server.") { Port, CertificateFile, KeyFile, Folder };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, cancellationToken));
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var answers = HttpScenario.In(parsed.GetRequiredValue(Folder)).ToDictionary(scenario => $"/{scenario.Name}", scenario => scenario.Answer);
        using var certificate = X509Certificate2.CreateFromPemFile(parsed.GetRequiredValue(CertificateFile), parsed.GetRequiredValue(KeyFile));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        _ = builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ListenLocalhost(parsed.GetRequiredValue(Port), listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                _ = listen.UseHttps(certificate);
            });
        });
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, answers));
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
    }

    private static async Task AnswerAsync(HttpContext context, Dictionary<string, byte[]> answers)
    {
        if (!answers.TryGetValue(context.Request.Path.Value ?? "", out var answer))
        {
            context.Response.StatusCode = context.Request.Path == "/readyz" ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) > 0)
        {
            // Read to its end, as a review is.
        }

        ArrayPool<byte>.Shared.Return(buffer);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }
}
