namespace Kritis.Events.Benchmarks.Forms;

/// <summary>A way of publishing a service.</summary>
/// <param name="Name">What it is called among the figures.</param>
/// <param name="HasRuntime">Whether the runtime is part of it; otherwise it is the base image's.</param>
/// <param name="Arguments">For <c>dotnet publish</c>.</param>
internal sealed record PublishedForm(string Name, bool HasRuntime, params string[] Arguments)
{
    private const string Ahead = "-p:PublishReadyToRun=true";

    /// <summary>As <c>deploy/containers</c> publishes.</summary>
    public static PublishedForm OfTheContainers { get; } = new("ready-to-run", HasRuntime: false, Ahead);

    /// <summary>All that are compared.</summary>
    public static IReadOnlyList<PublishedForm> All { get; } =
    [
        new("plain", HasRuntime: false),
        OfTheContainers,
        new("ready-to-run without profiling", HasRuntime: false, Ahead, "-p:TieredPGO=false"),
        new("ready-to-run with the runtime, composite", HasRuntime: true, Ahead, "-p:PublishReadyToRunComposite=true"),
        new("trimmed", HasRuntime: true, "-p:PublishTrimmed=true", "-p:TrimMode=partial"),
    ];
}
