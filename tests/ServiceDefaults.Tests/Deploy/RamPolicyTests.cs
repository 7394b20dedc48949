using System.Text.RegularExpressions;

namespace Kritis.Events.ServiceDefaults.Tests.Deploy;

/// <summary>The RAM policies allow what the services ask for, and nothing else.</summary>
public partial class RamPolicyTests
{
    private const string Keys = "acs:kms:${REGION}:${ACCOUNT_ID}:key/${KEY_ID}";
    private const string Instance = "acs:cr:${REGION}:${ACCOUNT_ID}:repository/${INSTANCE_ID}";

    // RAM knows no resource for these.
    private static readonly string[] WithoutResource =
        ["cr:GetAuthorizationToken", "yundun-sas:DescribeAttestors", "yundun-sas:DescribeBinarySecurityPolicies"];

    private static readonly Dictionary<string, string[]> AllowList = new()
    {
        ["signer.json"] =
        [
            "kms:AsymmetricSign", "kms:GetPublicKey", "kms:DescribeKey",
            "cr:GetAuthorizationToken", "cr:ListNamespace", "cr:ListRepository", "cr:ListRepositoryTag", "cr:PullRepository", "cr:PushRepository",
        ],
        ["verifier.json"] = [],
        ["import.json"] = ["yundun-sas:DescribeAttestors", "yundun-sas:DescribeBinarySecurityPolicies", "kms:GetPublicKey", "kms:DescribeKey", "kms:ListKeyVersions"],
    };

    // The operations of the APIs that the product asks for, and the action that RAM authorises each by. The exchange of a pod's token is anonymous.
    private static readonly Dictionary<string, (string? Action, string File)> Operations = new()
    {
        ["AsymmetricSign"] = ("kms:AsymmetricSign", "signer.json"),
        ["GetPublicKey"] = ("kms:GetPublicKey", "signer.json"),
        ["DescribeKey"] = ("kms:DescribeKey", "signer.json"),
        ["GetAuthorizationToken"] = ("cr:GetAuthorizationToken", "signer.json"),
        ["ListNamespace"] = ("cr:ListNamespace", "signer.json"),
        ["ListRepository"] = ("cr:ListRepository", "signer.json"),
        ["ListRepoTag"] = ("cr:ListRepositoryTag", "signer.json"),
        ["ListKeyVersions"] = ("kms:ListKeyVersions", "import.json"),
        ["DescribeAttestors"] = ("yundun-sas:DescribeAttestors", "import.json"),
        ["DescribeBinarySecurityPolicies"] = ("yundun-sas:DescribeBinarySecurityPolicies", "import.json"),
        ["AssumeRoleWithOIDC"] = (null, "signer-trust.json"),
    };

    public static TheoryData<string> Files => [.. AllowList.Keys];

    public static TheoryData<string> OperationsInTheSources =>
        [.. Directory.EnumerateFiles(WorkingTree.Path("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => OperationName().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_file_of_the_folder_is_looked_at() =>
        Directory.EnumerateFiles(WorkingTree.Path("deploy", "ram"), "*.json").Select(Path.GetFileName).Should().BeEquivalentTo([.. AllowList.Keys, "signer-trust.json"]);

    [Theory]
    [MemberData(nameof(Files))]
    public void A_policy_allows_its_actions_and_no_other(string file) => RamPolicy.Read(file).Allowed.Should().BeEquivalentTo(AllowList[file]);

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_allowed_is_allowed_for_named_resources(string file)
    {
        foreach (var statement in RamPolicy.Read(file).Statements.Where(statement => statement.Effect == "Allow"))
        {
            statement.Actions.Should().OnlyContain(action => !action.Contains('*'));
            statement.Resources.Should().NotBeEmpty();
            if (statement.Actions.Except(WithoutResource).Any())
            {
                statement.Resources.Should().OnlyContain(resource => resource == Keys || resource == Instance || resource.StartsWith(Instance + "/", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Repositories_are_read_and_written_in_the_named_namespace_only()
    {
        var writing = RamPolicy.Read("signer.json").Statements.Single(statement => statement.Actions.Contains("cr:PushRepository"));

        writing.Resources.Should().Equal(Instance + "/${NAMESPACE}", Instance + "/${NAMESPACE}/*");
    }

    [Fact]
    public void The_verifier_is_denied_everything()
    {
        var statement = RamPolicy.Read("verifier.json").Statements.Should().ContainSingle().Subject;

        (statement.Effect, statement.Actions.Single(), statement.Resources.Single()).Should().Be(("Deny", "*", "*"));
    }

    [Fact]
    public void Only_the_signers_service_account_in_its_cluster_may_take_the_role()
    {
        var statement = RamPolicy.Read("signer-trust.json").Statements.Should().ContainSingle().Subject;

        (statement.Effect, statement.Actions.Single()).Should().Be(("Allow", "sts:AssumeRole"));
        statement.Principals.Should().Equal("${OIDC_PROVIDER_ARN}");
        statement.Conditions.Should().Equal(new Dictionary<string, string>
        {
            ["oidc:aud"] = "sts.aliyuncs.com",
            ["oidc:iss"] = "${OIDC_ISSUER_URL}",
            ["oidc:sub"] = "system:serviceaccount:${SIGNER_NAMESPACE}:${SIGNER_SERVICE_ACCOUNT}",
        });
    }

    [Theory]
    [MemberData(nameof(OperationsInTheSources))]
    public void Every_operation_that_the_product_asks_for_is_allowed(string operation)
    {
        Operations.Should().ContainKey(operation, "an operation without a permission fails in the cloud, and nowhere before");
        var (action, file) = Operations[operation];
        if (action is not null)
        {
            RamPolicy.Read(file).Allowed.Should().Contain(action);
        }
    }

    [GeneratedRegex("\"((?:Get|List|Describe|Asymmetric|Assume)[A-Z][A-Za-z]+)\"")]
    private static partial Regex OperationName();
}
