using System.Runtime.Versioning;

// File modes are asserted, which Windows does not have.
[assembly: UnsupportedOSPlatform("windows")]
