using System.Collections.Concurrent;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Spectre.Console;

namespace Kritis.Events.Cli.Up;

/// <summary>One line for each push, signature and decision, as it happens.</summary>
internal sealed class LiveConsole
{
    private const int MostRemembered = 10_000;
    private readonly IAnsiConsole _console;
    private readonly TimeProvider _time;
    private readonly Lock _writing = new();
    private readonly ConcurrentDictionary<Image, DateTimeOffset> _pushed = new();

    public LiveConsole(IAnsiConsole console, TimeProvider time)
    {
        (_console, _time) = (console, time);
        Events = new EmbeddedEvents
        {
            Pushed = OnPushed,
            Attested = OnAttested,
            Skipped = skipped => Line("skipped", "yellow", $"{Name(skipped.Image, skipped.Tag)}: {skipped.Explanation}"),
            Failed = failed => Line("failed", "red", $"{Name(failed.Image, failed.Tag)}: {failed.Error}"),
            Decided = OnDecided,
        };
    }

    public EmbeddedEvents Events { get; }

    public void Welcome(EmbeddedSystem system)
    {
        var options = system.Options;
        lock (_writing)
        {
            _console.MarkupLine("[bold]Kritis.Events is up.[/] What is pushed is signed, and only what is signed is admitted.");
            Fact("push to", $"{options.Ports.RegistryHost}/{FirstResources.SignedNamespace}/NAME:TAG");
            Fact("webhook", $"{options.Ports.Webhook}  (CA: {Path.Combine(options.DataPath, "tls", "ca.crt")})");
            Fact("resources", options.ResourcesPath);
            Fact("data", options.DataPath);
            Fact("attested", $"{system.Attested.Count} images known from before");
            foreach (var witness in system.Resources.Witnesses.Values)
            {
                Fact("witness", witness.Name);
                _console.WriteLine(witness.ActiveKey?.PublicKey.Pem ?? "(no active key)");
            }

            WarnOfForeignHost(system);
            _console.MarkupLine("[grey]Ctrl-C stops it.[/]");
        }
    }

    public void Goodbye()
    {
        lock (_writing)
        {
            _console.MarkupLine("[grey]Stopping: pushes that were accepted are still signed.[/]");
        }
    }

    private void WarnOfForeignHost(EmbeddedSystem system)
    {
        var host = system.Options.Ports.RegistryHost;
        if (system.Resources.RegistryOf(host) is null)
        {
            _console.MarkupLineInterpolated(
                $"[yellow]No Registry resource in {system.Options.ResourcesPath} names {host}: pushes to it are not signed until one does.[/]");
        }
    }

    private void OnPushed(ImagePushed pushed)
    {
        if (_pushed.Count > MostRemembered)
        {
            _pushed.Clear();
        }

        _pushed[pushed.Image] = pushed.ReceivedAt;
        Line("pushed", "blue", Name(pushed.Image, pushed.Tag));
    }

    private void OnAttested(Image image, IndexedAttestation attestation)
    {
        var after = _pushed.TryGetValue(image, out var at) ? $", {(_time.GetUtcNow() - at).TotalMilliseconds:0} ms after the push" : "";
        Line("attested", "green", $"{Name(image, attestation.Tag)} by {attestation.Witness}{after}");
    }

    private void OnDecided(AdmissionDecided decided)
    {
        var subject = $"{decided.Operation} {decided.Kind} {decided.Namespace}/{decided.Name} ({decided.DurationMicroseconds:0} µs)";
        var why = string.Join("; ", decided.Images.Where(image => !image.Attested).Select(image => $"{Excerpt.Of(image.Image)}: {image.Explanation}"));
        var text = string.Join(": ", new[] { Excerpt.Of(subject), why, decided.Reason }.Where(part => !string.IsNullOrEmpty(part)));
        Line(decided.Allowed ? "admitted" : "denied", decided.Allowed ? "green" : "red", text);
    }

    private void Line(string what, string colour, string text)
    {
        lock (_writing)
        {
            _console.MarkupLine($"[grey]{_time.GetLocalNow():HH:mm:ss.fff}[/] [{colour}]{what,-9}[/] {Markup.Escape(text)}");
        }
    }

    private void Fact(string name, string value) => _console.MarkupLineInterpolated($"  [grey]{name,-10}[/] {value}");

    private static string Name(Image image, string? tag) => tag is null ? image.ToString() : $"{image} ({Excerpt.Of(tag)})";
}
