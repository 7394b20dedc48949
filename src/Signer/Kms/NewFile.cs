using System.Runtime.InteropServices;

namespace Kritis.Events.Signer.Kms;

/// <summary>
/// Gives a finished file its name where nothing has that name, in one step. On Unix <see cref="File.Move(string, string, bool)"/> looks first and renames
/// then, so that of two at once the second would replace what the first has made.
/// </summary>
internal static partial class NewFile
{
    private const int Exists = 17;

    /// <param name="finished">The file; the caller deletes this name of it.</param>
    /// <param name="path">Its name, in the same folder.</param>
    /// <exception cref="IOException">Something has that name already, or the folder cannot be written.</exception>
    public static void Place(string finished, string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            if (Link(finished, path) == 0)
            {
                return;
            }

            if (Marshal.GetLastPInvokeError() == Exists)
            {
                throw new IOException($"The file '{path}' already exists.");
            }
        }

        // Windows, where this is one step, or a file system without hard links.
        File.Move(finished, path, overwrite: false);
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string added);
}
