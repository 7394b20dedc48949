using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Benchmarks.Start;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Forms;

/// <summary>Publishes the services in each form, lets a push become an admission with them, and starts those with which it did in turn.</summary>
internal sealed class FormsBenchmark(Figures figures, int rounds)
{
    private static readonly string[] Services = ["Signer", "Verifier"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task RunAsync(IReadOnlyList<PublishedForm> forms, CancellationToken cancellationToken)
    {
        Machine.Print(figures);
        figures.Title("sizes");
        figures.Add("rounds", $"{rounds}, each form in turn, after one to warm up");
        using var sources = new PublishedSources();
        var working = new Dictionary<PublishedForm, Dictionary<string, string>>();
        foreach (var form in forms)
        {
            figures.Title(form.Name);
            if (await TryAsync(sources, form, cancellationToken) is { } programs)
            {
                working[form] = programs;
            }
        }

        await CompareAsync(working, cancellationToken);
    }

    private async Task<Dictionary<string, string>> PublishAsync(PublishedSources sources, PublishedForm form, CancellationToken cancellationToken)
    {
        var programs = new Dictionary<string, string>();
        foreach (var service in Services)
        {
            programs[service] = await sources.PublishAsync(service, form, cancellationToken);
            var (own, withRuntime) = sources.SizeOf(service, form);
            figures.Add($"{form.Name}, {service}, size", own / ProcessStatus.Megabyte, "MiB");
            figures.Add($"{form.Name}, {service}, size with the runtime", withRuntime / ProcessStatus.Megabyte, "MiB");
        }

        return programs;
    }

    /// <summary>Publishes, and sees whether a push is signed and its image admitted: a form that only starts is of no use.</summary>
    /// <returns>The programs; null where it does not work.</returns>
    private async Task<Dictionary<string, string>?> TryAsync(PublishedSources sources, PublishedForm form, CancellationToken cancellationToken)
    {
        try
        {
            var programs = await PublishAsync(sources, form, cancellationToken);
            await using var installation = await SigningInstallation.StartAsync(
                new InstallationShape { Verifiers = 1, Program = service => programs[service] }, cancellationToken);
            using var pushed = new Pushes(installation);
            await pushed.PutAsync(1, cancellationToken);
            await pushed.TellAsync(0, cancellationToken);
            await Eventually.Async(
                "the image is admitted",
                async () => (await AdmissionAnswer.AskAsync(installation.Verifiers[0].Http, Reviews.OfPod(pushed.Name(0)), cancellationToken)).Allowed,
                cancellationToken, patience: Patience);
            figures.Add($"{form.Name}, a push is signed and admitted", "yes");
            return programs;
        }
        catch (Exception failure) when (failure is TimeoutException or HttpRequestException or InvalidOperationException)
        {
            figures.Add($"{form.Name}, a push is signed and admitted", "no: " + string.Join(' ', failure.Message.Split('\n').Take(6)));
            return null;
        }
    }

    private async Task CompareAsync(Dictionary<PublishedForm, Dictionary<string, string>> working, CancellationToken cancellationToken)
    {
        using var folder = new SigningFolder();
        await using var broker = await RabbitMqServer.StartAsync(cancellationToken);
        await using var registry = await DockerRegistry.StartAsync([], htpasswd: null, cancellationToken);
        folder.WriteResources(registry.Address, folder.MakeLocalKey());
        var programs = new StartedPrograms(folder, broker.Uri);
        var measured = working.SelectMany(form => new[]
        {
            (Form: form.Key, Program: programs.Signer(form.Value["Signer"])), (Form: form.Key, Program: programs.Verifier(form.Value["Verifier"])),
        }).ToArray();
        var ready = measured.ToDictionary(one => one, _ => new List<double>(rounds));
        for (var round = -1; round < rounds; round++)
        {
            foreach (var one in measured)
            {
                var time = await one.Program.MeasureAsync(cancellationToken);
                ready[one].AddRange(round < 0 ? [] : [time.Ready]);
            }
        }

        figures.Title("median of the rounds");
        foreach (var one in measured)
        {
            figures.Add($"{one.Form.Name}, {one.Program.Name}, start until it is ready", ready[one].Median(), "s");
            figures.Add($"{one.Form.Name}, {one.Program.Name}, memory at rest (RSS)", (await one.Program.RestAsync(cancellationToken)).Resident / ProcessStatus.Megabyte, "MiB");
        }

        figures.Title("what it is about");
        foreach (var one in measured)
        {
            var shipped = measured.First(other => other.Form == PublishedForm.OfTheContainers && other.Program.Name == one.Program.Name);
            figures.Add(
                $"start of the {one.Program.Name}, {one.Form.Name}, against the form of the containers",
                ready[one].Zip(ready[shipped], (ours, theirs) => ours / theirs).Median(), "");
        }
    }
}
