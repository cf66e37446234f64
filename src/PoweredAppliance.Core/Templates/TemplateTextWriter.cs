using System.Text;

namespace PoweredAppliance.Core.Templates;

/// <summary>Writes the text form: every value in quotes, a vector over several lines.</summary>
internal static class TemplateTextWriter
{
    public static string Text(TemplateAttribute attribute)
    {
        var text = new StringBuilder();
        return Write(text, attribute) ? text.ToString().TrimEnd('\n') : $"{attribute.Name}=(not writable as text)";
    }

    /// <summary>False when a value cannot be written as text.</summary>
    public static bool Write(StringBuilder to, TemplateAttribute attribute)
    {
        to.Append(attribute.Name).Append('=');
        if (attribute is SingleAttribute single)
        {
            if (!Value(to, single.Value))
                return false;
        }
        else if (attribute is VectorAttribute vector)
        {
            to.Append('[');
            var separator = "\n  ";
            foreach (var (key, value) in vector.Pairs)
            {
                to.Append(separator).Append(key).Append('=');
                if (!Value(to, value))
                    return false;
                separator = ",\n  ";
            }

            to.Append(" ]");
        }

        to.Append('\n');
        return true;
    }

    /// <summary>A quoted value cannot end with a backslash, which would make its closing quote a part of it. Such a
    /// value goes bare, where a bare value may be: without blanks and signs.</summary>
    private static bool Value(StringBuilder to, string value)
    {
        if (value is not [.., '\\'])
        {
            to.Append('"').Append(value.Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            return true;
        }

        to.Append(value);
        return value[0] != '"' && value.AsSpan().IndexOfAny(" \t\r\n=#,[]") < 0;
    }
}
