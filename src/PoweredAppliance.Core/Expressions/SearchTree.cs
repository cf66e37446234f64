using System.Text;
using System.Text.Encodings.Web;

namespace PoweredAppliance.Core.Expressions;

/// <summary>What a <see cref="Search"/> looks into: an object as JSON would say it. Made while it is looked at, so that what no path
/// goes through costs nothing.</summary>
public abstract class SearchTree
{
    private SearchTree()
    {
    }

    public sealed class Text(string value) : SearchTree
    {
        public string Value => value;
    }

    public sealed class Members(IEnumerable<(string Name, SearchTree Value)> all) : SearchTree
    {
        public IEnumerable<(string Name, SearchTree Value)> All => all;
    }

    public sealed class List(IReadOnlyList<SearchTree> items) : SearchTree
    {
        public IReadOnlyList<SearchTree> Items => items;
    }

    /// <summary>A text as it is, anything else as JSON.</summary>
    internal string Said => this is Text text ? text.Value : Json([this], asList: false);

    /// <summary>As MySQL writes JSON: a blank behind each comma and colon.</summary>
    internal static string Json(IReadOnlyList<SearchTree> found, bool asList)
    {
        var json = new StringBuilder();
        Write(asList ? new List(found) : found[0], json);
        return json.ToString();
    }

    private static void Write(SearchTree tree, StringBuilder to)
    {
        switch (tree)
        {
            case Text text:
                Quoted(text.Value, to);
                break;
            case Members members:
                to.Append('{');
                var empty = true;
                foreach (var (name, value) in members.All)
                {
                    Separate(ref empty, to);
                    Quoted(name, to);
                    to.Append(": ");
                    Write(value, to);
                }

                to.Append('}');
                break;
            case List list:
                to.Append('[');
                var none = true;
                foreach (var item in list.Items)
                {
                    Separate(ref none, to);
                    Write(item, to);
                }

                to.Append(']');
                break;
        }
    }

    private static void Separate(ref bool first, StringBuilder to)
    {
        if (!first)
            to.Append(", ");
        first = false;
    }

    private static void Quoted(string text, StringBuilder to) =>
        to.Append('"').Append(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)).Append('"');
}
