namespace Kritis.Events.Fuzzing.Running;

/// <summary>An input that broke a promise.</summary>
/// <param name="Target">Whose.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Number">The input's number in the run.</param>
/// <param name="Kind">What tells this finding from others.</param>
/// <param name="What">What happened.</param>
/// <param name="Input">The input.</param>
internal sealed record Finding(string Target, ulong Seed, long Number, string Kind, string What, byte[] Input)
{
    /// <summary>Writes the input to a file below <paramref name="folder"/> and says what happened and how to see it again.</summary>
    public string Tell(string folder)
    {
        _ = Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{Target}-{Seed}-{Number}");
        File.WriteAllBytes(file, Input);
        return $"FINDING in {Target}, seed {Seed}, input {Number} ({Input.Length} bytes, written to {file}):\n{What}\n"
            + $"Again: tests/fuzz {Target} --input {file}   or: tests/fuzz {Target} --seed {Seed} --from {Number} --count 1\n"
            + $"Once it is mended, keep the file in tests/Fuzzing/Corpus/{Target}/.";
    }
}
