using System.Collections.Concurrent;

namespace Kritis.Events.Attestations.Index;

/// <summary>Repositories by a number each, so that a million images of a thousand repositories hold a thousand names. A number is never given twice.</summary>
internal sealed class RepositoryNumbers
{
    private readonly ConcurrentDictionary<RepositoryName, int> _numbers = new();
    private readonly Lock _giving = new();
    private RepositoryName[] _names = new RepositoryName[16];

    /// <summary>The number of a repository, or null where it has none.</summary>
    public int? Find(string registry, string repository) => _numbers.TryGetValue(new RepositoryName(registry, repository), out var number) ? number : null;

    /// <summary>The number of a repository, from now on.</summary>
    public int NumberOf(string registry, string repository)
    {
        var name = new RepositoryName(registry, repository);
        if (_numbers.TryGetValue(name, out var known))
        {
            return known;
        }

        lock (_giving)
        {
            if (_numbers.TryGetValue(name, out known))
            {
                return known;
            }

            var number = _numbers.Count;
            if (number == _names.Length)
            {
                Array.Resize(ref _names, number * 2);
            }

            _names[number] = name;
            _numbers[name] = number;
            return number;
        }
    }

    /// <summary>The repository with that number.</summary>
    public RepositoryName NameOf(int number)
    {
        lock (_giving)
        {
            return _names[number];
        }
    }
}

/// <summary>A repository: the registry's host and the path below it.</summary>
internal readonly record struct RepositoryName(string Registry, string Repository);
