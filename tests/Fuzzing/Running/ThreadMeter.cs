using System.Runtime.InteropServices;

namespace Kritis.Events.Fuzzing.Running;

/// <summary>What this thread has spent. Its CPU time, not the clock on the wall: a busy machine makes no input slow.</summary>
internal readonly partial record struct ThreadMeter(TimeSpan Cpu, long Allocated)
{
    // Linux: CLOCK_THREAD_CPUTIME_ID (clock_gettime(2)).
    private const int ThreadCpuTime = 3;

    public static ThreadMeter Now
    {
        get
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            return ClockGetTime(ThreadCpuTime, out var time) == 0
                ? new ThreadMeter(new TimeSpan((time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick)), allocated)
                : throw new PlatformNotSupportedException("the CPU time of a thread cannot be measured here; fuzzing runs on Linux");
        }
    }

    public static ThreadMeter operator -(ThreadMeter later, ThreadMeter earlier) => new(later.Cpu - earlier.Cpu, later.Allocated - earlier.Allocated);

    /// <summary>The lesser of each.</summary>
    public static ThreadMeter Least(ThreadMeter one, ThreadMeter other) =>
        new(one.Cpu < other.Cpu ? one.Cpu : other.Cpu, Math.Min(one.Allocated, other.Allocated));

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out ClockTime time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct ClockTime
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
