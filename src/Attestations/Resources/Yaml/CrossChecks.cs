using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>What can only be seen of all resources together: names that lead nowhere, hosts that stand twice.</summary>
internal static class CrossChecks
{
    public static void Check(ResourceReader read, ProblemList problems)
    {
        CheckHosts(read, problems);
        CheckInstances(read, problems);
        CheckRules(read, problems);
        CheckPolicies(read, problems);
    }

    private static void CheckHosts(ResourceReader read, ProblemList problems)
    {
        var owners = new Dictionary<string, string>();
        foreach (var registry in read.Registries)
        {
            foreach (var host in registry.Resource.Aliases.Prepend(registry.Resource.Host))
            {
                if (!owners.TryAdd(host, registry.Name))
                {
                    problems.Add(registry.File, registry.Line, $"Registry '{registry.Name}': the host {host} belongs to Registry '{owners[host]}' already");
                }
            }
        }
    }

    // Events name an instance; two registries for one would leave open under which name its images are signed.
    private static void CheckInstances(ResourceReader read, ProblemList problems)
    {
        var owners = new Dictionary<(string Region, string Id), string>();
        foreach (var registry in read.Registries)
        {
            if (registry.Resource.Acr is { } acr && !owners.TryAdd((acr.Region, acr.InstanceId), registry.Name))
            {
                problems.Add(registry.File, registry.Line,
                    $"Registry '{registry.Name}': the instance {acr.InstanceId} in {acr.Region} belongs to Registry '{owners[(acr.Region, acr.InstanceId)]}' already");
            }
        }
    }

    private static void CheckRules(ResourceReader read, ProblemList problems)
    {
        foreach (var rule in read.Rules)
        {
            if (read.Registries.All(registry => registry.Name != rule.Resource.Registry))
            {
                problems.Add(rule.File, rule.Line, $"SigningRule '{rule.Name}': spec.registry: there is no Registry '{Excerpt.Of(rule.Resource.Registry)}'");
            }

            var witness = read.Witnesses.FirstOrDefault(witness => witness.Name == rule.Resource.Witness);
            if (witness is null)
            {
                problems.Add(rule.File, rule.Line, $"SigningRule '{rule.Name}': spec.witness: there is no Witness '{Excerpt.Of(rule.Resource.Witness)}'");
            }
            else if (witness.Resource.ActiveKey is null)
            {
                problems.Add(rule.File, rule.Line, $"SigningRule '{rule.Name}': spec.witness: Witness '{witness.Name}' has no active key to sign with");
            }
        }
    }

    private static void CheckPolicies(ResourceReader read, ProblemList problems)
    {
        foreach (var policy in read.Policies)
        {
            foreach (var name in policy.Resource.Witnesses.Where(name => read.Witnesses.All(witness => witness.Name != name)))
            {
                problems.Add(policy.File, policy.Line, $"SecurityPolicy '{policy.Name}': spec.require: there is no Witness '{name}'");
            }

            if (SharedKeys.In(policy.Resource, name => read.Witnesses.FirstOrDefault(witness => witness.Name == name)?.Resource) is { } shared)
            {
                problems.Warnings.Add($"{policy.File}:{policy.Line}: SecurityPolicy '{policy.Name}': spec.require: {shared}");
            }
        }
    }
}
