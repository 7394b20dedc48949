using k8s;
using k8s.Models;

namespace Kritis.Events.Attestations.Kubernetes;

/// <summary>Something that <see cref="ClusterWatch{T}"/> saw.</summary>
#pragma warning disable CA1034, CA1720 // The cases of a closed set stand inside it, and an object is what Kubernetes calls one.
public abstract record ClusterChange<T>
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    private ClusterChange()
    {
    }

    /// <summary>All objects that there are now; whatever was known before and is not among them is gone.</summary>
    /// <param name="Objects">The objects.</param>
    public sealed record Listed(IReadOnlyList<T> Objects) : ClusterChange<T>;

    /// <summary>An object was added or modified.</summary>
    /// <param name="Object">The object as it is now.</param>
    public sealed record Set(T Object) : ClusterChange<T>;

    /// <summary>An object is gone.</summary>
    /// <param name="Object">The object as it was last.</param>
    public sealed record Removed(T Object) : ClusterChange<T>;

    /// <summary>
    /// An object is there that cannot be read as <typeparamref name="T"/>; told after the list that holds it, or instead of <see cref="Set"/>.
    /// Never told of a <see cref="CustomDocument"/>, which takes everything.
    /// </summary>
    /// <param name="Namespace">Its namespace, or null.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Reason">What is wrong with it.</param>
    public sealed record Unreadable(string? Namespace, string Name, string Reason) : ClusterChange<T>;

    /// <summary>
    /// The API server cannot be reached or refuses. Told once an outage; what was told before stands, and it goes on by itself with
    /// <see cref="Listed"/>, or where none was missed with the next change or <see cref="Resumed"/>.
    /// </summary>
    /// <param name="Reason">Why, as a clause without a full stop; fit to be shown.</param>
    public sealed record Away(string Reason) : ClusterChange<T>
    {
        /// <summary>Whether the API server was reached and knows no such kind: its CustomResourceDefinition is not installed.</summary>
        public bool IsMissingKind { get; init; }
    }

    /// <summary>After <see cref="Away"/>: the API server is followed again, and nothing was missed.</summary>
    public sealed record Resumed : ClusterChange<T>;
}
#pragma warning restore CA1034, CA1720
