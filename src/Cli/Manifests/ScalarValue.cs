using System.Globalization;
using System.Text.RegularExpressions;
using Kritis.Events.Contracts.Images;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kritis.Events.Cli.Manifests;

/// <summary>
/// What a YAML scalar stands for where Kubernetes reads it: the types of YAML 1.1 as <c>sigs.k8s.io/yaml</c> resolves them (what kubectl 1.32 makes of
/// them is in the tests). Quoted is text; <c>yes</c>, <c>off</c>, <c>010</c> and <c>1_000</c> are not.
/// </summary>
internal static partial class ScalarValue
{
    private const string Standard = "tag:yaml.org,2002:";

    /// <summary>The value: <c>null</c>, <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="double"/> or <see cref="string"/>.</summary>
    /// <exception cref="FormatException">JSON has no such value, or its type is not one of these.</exception>
    public static object? Of(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        return tag switch
        {
            "" => scalar.Style == ScalarStyle.Plain ? Resolve(text) : text,
            Standard + "null" or Standard + "bool" or Standard + "int" or Standard + "float" => Resolve(text),
            Standard + "str" => text,
            _ when tag.StartsWith(Standard, StringComparison.Ordinal) => throw new FormatException($"the type {Excerpt.Of(tag)} is not read here"),
            _ => text,
        };
    }

    /// <summary>A key; a number or a truth value is written out.</summary>
    /// <exception cref="FormatException">It is null, which is no key.</exception>
    public static string Key(YamlScalarNode scalar) => Of(scalar) switch
    {
        null => throw new FormatException("a key is null"),
        bool truth => truth ? "true" : "false",
        string text => text,
        var number => Convert.ToString(number, CultureInfo.InvariantCulture)!,
    };

    private static object? Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => true,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => false,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF" or ".nan" or ".NaN" or ".NAN" =>
            throw new FormatException($"{text} is no value of JSON"),
        [(>= '0' and <= '9') or '+' or '-' or '.', ..] => Number(text.Replace("_", "", StringComparison.Ordinal)) ?? text,
        _ => text,
    };

    private static object? Number(string text)
    {
        var sign = text is ['-', ..] ? -1 : 1;
        var digits = text is ['-' or '+', ..] ? text[1..] : text;
        if (Whole(digits) is { } whole)
        {
            return whole <= long.MaxValue ? sign * (long)whole : sign > 0 ? whole : -(double)whole;
        }

        return Decimal().IsMatch(text) && double.Parse(text, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : null;
    }

    private static ulong? Whole(string digits)
    {
        var (radix, rest) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, digits[2..]),
            ['0', 'b' or 'B', ..] => (2, digits[2..]),
            ['0', 'o' or 'O', ..] => (8, digits[2..]),
            ['0', _, ..] => (8, digits[1..]),
            _ => (10, digits),
        };
        return rest.Length is > 0 and <= 64 && rest.All(digit => ValueOf(digit) < radix) ? Whole(rest, radix) : null;
    }

    private static ulong? Whole(string digits, int radix)
    {
        UInt128 value = 0;
        foreach (var digit in digits)
        {
            value = (value * (ulong)radix) + (ulong)ValueOf(digit);
            if (value > ulong.MaxValue)
            {
                return null;
            }
        }

        return (ulong)value;
    }

    private static int ValueOf(char digit) => char.IsAsciiHexDigit(digit) ? Convert.ToInt32(digit.ToString(), 16) : int.MaxValue;

    [GeneratedRegex(@"\A[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Decimal();
}
