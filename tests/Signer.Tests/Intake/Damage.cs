using System.Text;
using System.Text.RegularExpressions;

namespace Kritis.Events.Signer.Tests.Intake;

/// <summary>Damages a JSON document as senders, networks and attackers do.</summary>
internal static partial class Damage
{
    private static readonly string[] Values =
    [
        "null", "true", "7", "-1e999", "\"\"", "[]", "{}", "\"\\ud800\"", "\"\\u0000\"", "\"../..\"", "\"a:b@sha256:c\"", "[[[[]]]]", "{\"a\":1,\"a\":2}",
        "\"sha512:0123456789012345678901234567890123456789\"", "\"push\"", "\"A/B\"",
    ];

    public static byte[] To(byte[] body, Random random) => random.Next(5) switch
    {
        0 => FlipBit(body, random),
        1 => body[..random.Next(body.Length + 1)],
        2 => RepeatSlice(body, random),
        3 => ReplaceValue(body, random),
        _ => ReplaceByte(body, random),
    };

    private static byte[] FlipBit(byte[] body, Random random) =>
        Changed(body, random, before => (byte)(before ^ (1 << random.Next(8))));

    private static byte[] ReplaceByte(byte[] body, Random random) => Changed(body, random, _ => (byte)random.Next(256));

    private static byte[] Changed(byte[] body, Random random, Func<byte, byte> change)
    {
        var copy = (byte[])body.Clone();
        if (copy.Length > 0)
        {
            var at = random.Next(copy.Length);
            copy[at] = change(copy[at]);
        }

        return copy;
    }

    private static byte[] RepeatSlice(byte[] body, Random random)
    {
        var from = random.Next(body.Length + 1);
        var to = random.Next(from, body.Length + 1);
        return [.. body.AsSpan(0, to), .. body.AsSpan(from)];
    }

    private static byte[] ReplaceValue(byte[] body, Random random)
    {
        var text = Encoding.Latin1.GetString(body);
        var values = Value().Matches(text);
        if (values.Count == 0)
        {
            return body;
        }

        var hit = values[random.Next(values.Count)].Groups[1];
        return Encoding.Latin1.GetBytes(text[..hit.Index] + Values[random.Next(Values.Length)] + text[(hit.Index + hit.Length)..]);
    }

    [GeneratedRegex(""": *("[^"]*"|[0-9]+|\{\})""")]
    private static partial Regex Value();
}
