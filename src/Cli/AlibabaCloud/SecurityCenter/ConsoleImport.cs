using Kritis.Events.Attestations.Keys;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Cli.AlibabaCloud.SecurityCenter;

/// <summary>Compares Security Center with a folder of resources, and makes the files that would bring the folder in step.</summary>
internal sealed class ConsoleImport(CloudTools cloud, string folder, SignatureAlgorithm rsaAlgorithm, ImportNotes notes)
{
    private readonly List<ImportDifference> _differences = [];
    private readonly ResourceInventory _standing = ResourceFiles.Inventory(folder);

    /// <summary>Asks Security Center and KMS. Nothing is written.</summary>
    /// <exception cref="StartRefusedException">The folder could not be brought in step; the message says why.</exception>
    public async Task<ImportPlan> PlanAsync(CancellationToken cancellationToken)
    {
        RefuseBrokenFiles();
        var consoleWitnesses = await cloud.SecurityCenter.WitnessesAsync(cancellationToken);
        var consolePolicies = await cloud.SecurityCenter.PoliciesAsync(cancellationToken);
        RefuseToForgetEverything(consoleWitnesses.Count + consolePolicies.Count);

        var witnessImport = new WitnessImport(cloud.Keys, rsaAlgorithm, notes);
        var witnesses = new Dictionary<string, Entry<Witness>>(StringComparer.Ordinal);
        foreach (var console in consoleWitnesses)
        {
            var name = NameOf("Witness", console.Name);
            var standing = _standing.Witnesses.FirstOrDefault(found => found.Resource.Name == name);
            if (await witnessImport.ImportAsync(console, standing?.Resource, cancellationToken) is { } witness)
            {
                witnesses[console.Name] = new Entry<Witness>(standing?.File, console.Remark, witness);
            }
        }

        var policyImport = new PolicyImport(
            witnesses.ToDictionary(entry => entry.Key, entry => entry.Value.Resource.Name), witnessImport.Unusable,
            _standing.Policies.ToDictionary(found => found.Resource.Name, found => found.Resource), notes);
        var policies = new List<Entry<SecurityPolicy>>();
        foreach (var console in consolePolicies)
        {
            _ = NameOf("SecurityPolicy", console.Name);
            policies.AddRange(policyImport.Import(console).Select(policy => new Entry<SecurityPolicy>(
                _standing.Policies.FirstOrDefault(found => found.Resource.Name == policy.Name)?.File, console.Remark, policy)));
        }

        TellUnused(witnessImport.Unusable);
        RefuseDoubles([.. witnesses.Values.Select(entry => $"Witness '{entry.Resource.Name}'"), .. policies.Select(entry => $"SecurityPolicy '{entry.Resource.Name}'")]);
        Compare([.. witnesses.Values], policies);
        return Plan([.. witnesses.Values], policies, (consoleWitnesses.Count, consolePolicies.Count));
    }

    private ImportPlan Plan(IReadOnlyList<Entry<Witness>> witnesses, IReadOnlyList<Entry<SecurityPolicy>> policies, (int, int) held)
    {
        var files = new Dictionary<string, byte[]?>
        {
            [ImportedFiles.Witnesses] = ImportedFiles.Content(witnesses.Where(entry => entry.IsImported).Select(entry => (entry.Remark, ResourceYaml.Write(entry.Resource)))),
            [ImportedFiles.Policies] = ImportedFiles.Content(policies.Where(entry => entry.IsImported).Select(entry => (entry.Remark, ResourceYaml.Write(entry.Resource)))),
        };
        if (notes.Problems.Count == 0 && held != (0, 0))
        {
            foreach (var problem in ResourceFiles.Load(folder, files).Problems)
            {
                notes.Problem($"the folder would be invalid: {problem}");
            }
        }

        return notes.Problems.Count == 0
            ? new ImportPlan { Files = files, Differences = _differences, Held = held }
            : throw new StartRefusedException(string.Join('\n', [.. notes.Problems, "Nothing was written."]));
    }

    private void Compare(IReadOnlyList<Entry<Witness>> witnesses, IReadOnlyList<Entry<SecurityPolicy>> policies)
    {
        foreach (var entry in witnesses)
        {
            var now = _standing.Witnesses.FirstOrDefault(found => found.Resource.Name == entry.Resource.Name)?.Resource;
            Add(ImportDifference.Of(entry.File ?? ImportedFiles.Witnesses, now, entry.Resource));
        }

        foreach (var entry in policies)
        {
            var now = _standing.Policies.FirstOrDefault(found => found.Resource.Name == entry.Resource.Name)?.Resource;
            Add(ImportDifference.Of(entry.File ?? ImportedFiles.Policies, now, entry.Resource));
        }

        foreach (var gone in _standing.Witnesses.Where(found => ImportedFiles.IsOne(found.File) && witnesses.All(entry => entry.Resource.Name != found.Resource.Name)))
        {
            Add(ImportDifference.Of(gone.File, gone.Resource, null));
        }

        foreach (var gone in _standing.Policies.Where(found => ImportedFiles.IsOne(found.File) && policies.All(entry => entry.Resource.Name != found.Resource.Name)))
        {
            Add(ImportDifference.Of(gone.File, gone.Resource, null));
        }
    }

    private void Add(ImportDifference? difference)
    {
        if (difference is not null)
        {
            _differences.Add(difference);
        }
    }

    private string NameOf(string kind, string console)
    {
        var name = ImportedName.Of(console);
        if (name != console)
        {
            notes.Warning($"{kind} '{Excerpt.Of(console)}' is called '{name}' here: resources have names of lower-case letters, digits, '-' and '.'.");
        }

        return name;
    }

    private void TellUnused(Dictionary<string, string> unusable)
    {
        foreach (var (name, reason) in unusable)
        {
            notes.Warning($"Witness '{Excerpt.Of(name)}' is left out: {reason}");
        }
    }

    private void RefuseBrokenFiles()
    {
        foreach (var problem in _standing.Problems)
        {
            notes.Problem(problem.ToString());
        }

        if (notes.Problems.Count > 0)
        {
            throw new StartRefusedException(string.Join('\n', [.. notes.Problems, $"The folder {folder} cannot be read; correct it first. Nothing was written."]));
        }
    }

    // The wrong account or the wrong site also looks like a Security Center with nothing in it.
    private void RefuseToForgetEverything(int held)
    {
        var imported = _standing.Witnesses.Count(found => ImportedFiles.IsOne(found.File)) + _standing.Policies.Count(found => ImportedFiles.IsOne(found.File));
        if (held == 0 && imported > 0)
        {
            throw new StartRefusedException(
                $"Security Center in {cloud.SecurityCenter.Region} holds no witness and no policy, but the folder has {imported} imported from it. Check the account and "
                + $"AlibabaCloud:SecurityCenterRegion; if it is meant, delete {ImportedFiles.Witnesses} and {ImportedFiles.Policies}. Nothing was written.");
        }
    }

    private void RefuseDoubles(IEnumerable<string> names)
    {
        foreach (var twice in names.GroupBy(name => name).Where(group => group.Count() > 1))
        {
            notes.Problem($"{twice.Key} would stand here twice; rename one of the two in Security Center.");
        }
    }

    /// <summary>A resource as it should stand.</summary>
    /// <param name="File">The file it stands in already.</param>
    /// <param name="Remark">The console's note.</param>
    /// <param name="Resource">The resource.</param>
    private sealed record Entry<T>(string? File, string? Remark, T Resource)
    {
        /// <summary>Whether it is the import's to write; what a person keeps in another file is only compared.</summary>
        public bool IsImported => File is null || ImportedFiles.IsOne(File);
    }
}
