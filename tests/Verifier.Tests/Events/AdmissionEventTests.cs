using Kritis.Events.Verifier.Events;
using Kritis.Events.Verifier.Tests.Kubernetes;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Verifier.Tests.Events;

public sealed class AdmissionEventTests
{
    private readonly ApiServerInMemory _api = new();

    [Fact]
    public async Task A_refused_review_leaves_an_Event_and_one_that_comes_to_nothing_leaves_none()
    {
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), AddEvents);
        var trial = Review.Pod("only-a-trial:1");
        trial.Request["dryRun"] = true;

        (await host.AskAsync(trial)).Allowed.Should().BeFalse();
        (await host.AskAsync(Review.Pod("evil:1"))).Allowed.Should().BeFalse();
        await Eventually.Holds(() => _api.Events("kube-system").Count > 0, "the refusal is told");

        _api.Events("kube-system").Should().ContainSingle().Which["message"]!.GetValue<string>().Should().StartWith("image evil:1 is not attested");
    }

    [Fact]
    public async Task An_API_server_that_never_answers_slows_no_admission()
    {
        _api.IsSilent = true;
        await using var host = await WebhookHost.StartAsync(Given.Resources(Given.Policy()), AddEvents);

        for (var number = 0; number < 200; number++)
        {
            (await host.AskAsync(Review.Pod($"evil:{number}"))).Allowed.Should().BeFalse();
        }

        await Eventually.Holds(() => _api.Requests.Count > 0, "the API server was asked");
        _api.Requests.Should().HaveCount(1, "and has not answered yet, while two hundred admissions were");
    }

    private void AddEvents(IServiceCollection services) => services
        .AddSingleton<EventMetrics>()
        .AddSingleton(new EventWriter(_api.Client(), TimeProvider.System))
        .AddSingleton(EventLimits.Admissions)
        .AddSingleton<ClusterEvents>()
        .AddHostedService(provider => provider.GetRequiredService<ClusterEvents>());
}
