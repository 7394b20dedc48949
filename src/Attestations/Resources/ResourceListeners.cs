using Microsoft.Extensions.Logging;

namespace Kritis.Events.Attestations.Resources;

/// <summary>Tells listeners of a new set; one that fails keeps no other from hearing of it.</summary>
internal static partial class ResourceListeners
{
    public static void Raise(this Action<ResourceSet>? changed, ResourceSet resources, ILogger logger)
    {
        foreach (var handler in changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<ResourceSet>)handler)(resources);
            }
#pragma warning disable CA1031 // Whatever a listener does wrong, the resources stay watched.
            catch (Exception defect)
#pragma warning restore CA1031
            {
                Log.HandlerFailed(logger, defect);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A listener to changed resources failed.")]
        public static partial void HandlerFailed(ILogger logger, Exception exception);
    }
}
