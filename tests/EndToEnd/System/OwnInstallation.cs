using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.System;

/// <summary>Tests that break parts of an installation and therefore have one each.</summary>
public abstract class OwnInstallation : IAsyncLifetime
{
    private protected Installation Installation { get; } = new();

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => Installation.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Installation.DisposeAsync();
    }

    /// <summary>Pushes a new image that the installation's rules have signed.</summary>
    /// <returns>Its full name.</returns>
    private protected async Task<string> PushAsync(string name)
    {
        using var layout = OciLayout.Image($"{name} {Guid.NewGuid()}");
        await Skopeo.PushAsync(layout, $"{Installation.Registry.Address}/kritis-demo/{name}:1", Cancellation);
        return Installation.Name($"kritis-demo/{name}", layout.Digest);
    }

    /// <summary>Waits until every verifier admits the images.</summary>
    private protected async Task AdmittedAsync(params string[] images)
    {
        foreach (var (image, verifier) in from image in images from verifier in Installation.Verifiers select (image, verifier))
        {
            await Eventually.Async($"{image} is admitted", () => Review.AdmitsAsync(verifier, image, Cancellation), Cancellation,
                () => string.Join("\n--\n", Installation.Signers.Append(verifier).Select(service => service.Output)), TimeSpan.FromSeconds(120));
        }
    }
}
