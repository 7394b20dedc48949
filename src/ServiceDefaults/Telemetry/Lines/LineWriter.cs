using System.Buffers;
using System.Globalization;

namespace Kritis.Events.ServiceDefaults.Telemetry.Lines;

/// <summary>Writes lines to a stream, as many at once as there are. For one thread.</summary>
internal sealed class LineWriter(Stream output, TimeProvider time)
{
    private const int FullBytes = 64 * 1024;
    private readonly ArrayBufferWriter<byte> _buffer = new(FullBytes);

    public void Add(in LogLine line)
    {
        line.WriteTo(_buffer);
        if (_buffer.WrittenCount >= FullBytes)
        {
            Flush();
        }
    }

    /// <summary>Says that lines were left out.</summary>
    public void AddLeftOut(int lines) => Add(new LogLine(
        time.GetUtcNow(), LogLevel.Warning, typeof(LineWriter).Namespace!, 0,
        string.Create(CultureInfo.InvariantCulture, $"{lines} lines were left out of this log: standard output was not read as fast as they came."), null));

    public void Flush()
    {
        if (_buffer.WrittenCount == 0)
        {
            return;
        }

        try
        {
            output.Write(_buffer.WrittenSpan);
            output.Flush();
        }
#pragma warning disable CA1031 // There is no other place to tell it, and a service goes on without its log, whatever has become of it.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        _buffer.ResetWrittenCount();
    }
}
