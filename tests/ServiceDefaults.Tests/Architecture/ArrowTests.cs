using System.Reflection;
using System.Xml.Linq;
using NetArchTest.Rules;

namespace Kritis.Events.ServiceDefaults.Tests.Architecture;

/// <summary>Cli → Signer, Verifier → ServiceDefaults, Attestations → Contracts. Signer and Verifier meet on the bus only.</summary>
public class ArrowTests
{
    private const string Prefix = "Kritis.Events.";

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Contracts"] = [],
        ["Attestations"] = ["Contracts"],
        ["ServiceDefaults"] = ["Contracts"],
        ["Signer"] = ["Attestations", "ServiceDefaults", "Contracts"],
        ["Verifier"] = ["Attestations", "ServiceDefaults", "Contracts"],
        ["Cli"] = ["Signer", "Verifier", "Attestations", "ServiceDefaults", "Contracts"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void An_assembly_uses_only_what_the_arrows_allow(string project)
    {
        var used = Load(project).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..]);

        used.Should().BeSubsetOf(Allowed[project]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_file_references_only_what_the_arrows_allow(string project)
    {
        var file = WorkingTree.Path("src", project, project + ".csproj");

        var referenced = XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        referenced.Should().BeSubsetOf(Allowed[project]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_type_is_named_for_being_a_catch_all(string project)
    {
        var result = Types.InAssembly(Load(project)).Should()
            .NotHaveNameEndingWith("Helper").And().NotHaveNameEndingWith("Manager").And().NotHaveNameEndingWith("Util").And().NotHaveNameEndingWith("Utils")
            .GetResult();

        (result.FailingTypeNames ?? []).Should().BeEmpty();
    }

    [Fact]
    public void The_verifier_has_no_private_key_and_no_registry_in_it()
    {
        var result = Types.InAssembly(Load("Verifier")).That().DoNotResideInNamespace("Kritis.Events.Verifier.Tls")
            .ShouldNot().HaveDependencyOnAny("System.Net.Http.HttpClient", "System.Security.Cryptography.RSA", "System.Security.Cryptography.ECDsa")
            .GetResult();

        (result.FailingTypeNames ?? []).Should().BeEmpty("an admission asks nobody and signs nothing");
    }

    [Fact]
    public void Contracts_depend_on_no_package()
    {
        Load("Contracts").GetReferencedAssemblies().Select(reference => reference.Name)
            .Should().OnlyContain(name => name!.StartsWith("System") || name == "netstandard");
    }

    private static Assembly Load(string project) => Assembly.Load(project == "Cli" ? "kritis" : Prefix + project);
}
