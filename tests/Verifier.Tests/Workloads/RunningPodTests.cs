using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Kritis.Events.Verifier.Admission.BreakGlass;
using Kritis.Events.Verifier.Workloads;

namespace Kritis.Events.Verifier.Tests.Workloads;

public sealed class RunningPodTests
{
    [Fact]
    public void The_images_of_every_place_are_kept_and_who_the_Pod_is()
    {
        var pod = Read("""
            {"kind":"Pod","apiVersion":"v1",
             "metadata":{"name":"web","namespace":"prod","uid":"u1","annotations":{"kritis.grafeas.io/breakglass":"because","other":"x"},"labels":{"a":"b"},"managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]},
             "spec":{"containers":[{"name":"a","image":"one"},{"name":"b","image":"two"},{"name":"c","image":"one"}],"initContainers":[{"name":"i","image":"three"}],
                     "ephemeralContainers":[{"name":"e","image":"four"}],"volumes":[{"name":"v","image":{"reference":"five"}},{"name":"w","emptyDir":{}}],"somethingNew":{}},
             "status":{"phase":"Running"}}
            """);

        pod.Images.Should().BeEquivalentTo("one", "two", "three", "four", "five");
        (pod.Key, pod.Metadata.Uid, pod.BreakGlass, pod.Problem, pod.HasEnded).Should().Be((new PodKey("prod", "web"), "u1", "because", null, false));
        pod.Metadata.Should().BeEquivalentTo(new V1ObjectMeta { Name = "web", NamespaceProperty = "prod", Uid = "u1" }, "nothing else of it is kept");
    }

    [Theory]
    [InlineData("Succeeded", true)]
    [InlineData("Failed", true)]
    [InlineData("Running", false)]
    [InlineData("Pending", false)]
    [InlineData("Unknown", false)]
    public void A_Pod_that_has_ended_is_known_by_its_phase(string phase, bool ended) =>
        Read(Json("web", [new("a", "one")], phase)).HasEnded.Should().Be(ended);

    [Theory]
    [InlineData("""{"containers":null}""")]
    [InlineData("""{"containers":[{"name":"a"}]}""")]
    [InlineData("""{"containers":"all of them"}""")]
    [InlineData("""{}""")]
    public void A_Pod_whose_images_cannot_be_read_is_kept_with_the_reason(string spec) =>
        Read($$"""{"metadata":{"name":"web","namespace":"prod","uid":"u1"},"spec":{{spec}}}""").Problem.Should().NotBeNullOrEmpty();

    [Fact]
    public void However_large_a_Pod_is_little_of_it_is_kept()
    {
        var images = Enumerable.Range(0, 2000).Select(number => KeyValuePair.Create($"c{number}", $"{number}{new string('a', 500)}")).ToList();
        var pod = Read(Json("web", images, "Running", new string('b', 1_000_000)));

        pod.Images.Should().BeEmpty();
        pod.Problem.Should().Contain($"more than {RunningPod.MostImageCharacters} characters");
        pod.BreakGlass!.Length.Should().BeLessThan(5000);
        BrokenGlass.Read(pod.BreakGlass, DateTimeOffset.UnixEpoch, out var problem).Should().BeNull();
        problem.Should().Contain("not written as it must be", "what is kept counts no more than what was there");
    }

    [Fact]
    public void Most_changes_of_a_Pod_are_no_reason_to_check_it_again()
    {
        var pods = new RunningPods();
        pods.Set(Read(Json("web", [new("a", "one")], "Pending"))).Should().BeTrue();
        pods.Set(Read(Json("web", [new("a", "one")], "Running"))).Should().BeFalse("only its status changed");
        pods.Set(Read(Json("web", [new("a", "two")], "Running"))).Should().BeTrue();
        pods.Set(Read(Json("web", [new("a", "two")], "Succeeded"))).Should().BeTrue("there is nothing to check any more");
        pods.Set(Read(Json("web", [new("a", "two")], "Succeeded"))).Should().BeFalse();
        pods.Count.Should().Be(0);
    }

    internal static string Json(string name, IEnumerable<KeyValuePair<string, string>> containers, string phase, string? glass = null)
    {
        var pod = new JsonObject
        {
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "prod", ["uid"] = "u1" },
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray([.. containers.Select(container => new JsonObject { ["name"] = container.Key, ["image"] = container.Value })]),
            },
            ["status"] = new JsonObject { ["phase"] = phase },
        };
        if (glass is not null)
        {
            pod["metadata"]!["annotations"] = new JsonObject { [BrokenGlass.Annotation] = glass };
        }

        return pod.ToJsonString();
    }

    /// <summary>Reads as a list or a watch does.</summary>
    private static RunningPod Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return KubernetesJson.Deserialize<RunningPod>(document.RootElement.GetRawText());
    }
}
