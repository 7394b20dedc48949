using Kritis.Events.Servers;

namespace Kritis.Events.EndToEnd.Containers;

/// <summary>The Dockerfiles are well-formed, and what they make runs as nobody in particular, without a shell and without a secret.</summary>
public class DockerfileTests
{
    private static readonly string[] Published = ["Signer", "Verifier"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Services => [.. Published];

    [Fact]
    public void Every_file_of_the_folder_is_looked_at() =>
        Directory.EnumerateFiles(WorkingTree.Path("deploy", "containers")).Should().BeEquivalentTo(Published.Select(Dockerfile.PathOf));

    [Fact]
    public async Task A_linter_finds_nothing_wrong_with_them()
    {
        using var folder = new ServerFolder("dockerfile");
        var bad = folder.Write("Dockerfile", "FROM a\nWORKDIR relative\nFOO bar\n");

        (await Lint(bad)).Should().Contain(":2:").And.Contain(":3: Unknown instruction: FOO");
        (await Lint([.. Published.Select(Dockerfile.PathOf)])).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void The_image_is_small_and_runs_its_service_as_nobody_in_particular(string service)
    {
        var image = Dockerfile.Of(service);

        image.Image.Select(instruction => instruction.Name).Should().Equal("FROM", "WORKDIR", "COPY", "COPY", "ENV", "USER", "EXPOSE", "ENTRYPOINT");
        image.Image[0].Arguments.Should().Be("${RUNTIME}");
        Argument(image, "RUNTIME").Should().MatchRegex(@"/aspnet:10\.0-[a-z]+-chiseled$", "it has neither a shell nor a package manager");
        Argument(image, "SDK").Should().EndWith("/sdk:10.0");
        Single(image, "USER").Should().Be("1654:1654", "a number, for Kubernetes cannot see of a name whether it is root");
        image.Entrypoint.Should().Equal("dotnet", $"Kritis.Events.{service}.dll");
        image.Environment["KRITIS_urls"].Should().EndWith(":" + Single(image, "EXPOSE"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Nothing_of_the_build_but_the_service_comes_into_the_image(string service)
    {
        var image = Dockerfile.Of(service);

        image.Image.Where(instruction => instruction.Name == "COPY").Select(instruction => instruction.Arguments)
            .Should().Equal("--from=build /app ./", "--from=build --chown=1654:1654 /data /data");
        image.Instructions.Should().NotContain(instruction => instruction.Name == "ADD");
        image.Instructions.Where(instruction => instruction.Name is "ENV" or "ARG").Select(instruction => instruction.Arguments)
            .Should().NotContainMatch("*TOKEN*").And.NotContainMatch("*PASSWORD*").And.NotContainMatch("*amqp*").And.NotContainMatch("*Bus__Uri*");
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void What_is_copied_is_there_and_let_through_to_the_build(string service)
    {
        var ignored = File.ReadAllLines(WorkingTree.Path(".dockerignore")).Where(line => !line.StartsWith('#')).ToList();

        ignored[0].Should().Be("*", "what is not named, keys and data with it, stays out");
        ignored.Should().EndWith(["**/bin", "**/obj"], "what another machine built is not published");
        var sources = Dockerfile.Of(service).Build.Where(instruction => instruction.IsCopyFromContext).SelectMany(copy => copy.Copied.Sources).ToList();
        sources.Should().Contain("src/");
        sources.Should().OnlyContain(source => Path.Exists(WorkingTree.Path(source)) && ignored.Contains("!" + source.TrimEnd('/')));
    }

    private static async Task<string> Lint(params string[] files)
    {
        var result = await CommandResult.OfAsync(
            "node", [WorkingTree.Path("tests", "dockerfiles", "lint.mjs"), .. files], null, new Dictionary<string, string>(), WorkingTree.Path(), Cancellation);
        result.Succeeded.Should().BeTrue(result.ToString());
        return result.Output;
    }

    private static string Argument(Dockerfile file, string name) =>
        file.Build.Single(instruction => instruction.Name == "ARG" && instruction.Arguments.StartsWith(name + "=", StringComparison.Ordinal)).Arguments;

    private static string Single(Dockerfile file, string name) => file.Image.Single(instruction => instruction.Name == name).Arguments;
}
