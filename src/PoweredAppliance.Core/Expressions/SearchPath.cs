using System.Collections.Immutable;
using System.Globalization;

namespace PoweredAppliance.Core.Expressions;

/// <summary>
/// A path of MySQL's JSON functions behind its <c>$.</c>: names (<c>VM.NAME</c>, <c>"a name"</c>, <c>*</c> for all), places in lists
/// (<c>[0]</c>, <c>[last]</c>, <c>[last-1]</c>, <c>[0 to 2]</c>, <c>[*]</c> for all), and <c>**</c> for whatever is below. A place in
/// what is no list is the thing itself, where that place is the first or the last.
/// </summary>
internal sealed record SearchPath(ImmutableArray<SearchPath.Step> Steps)
{
    private const int MaxSteps = 32;

    /// <summary>Each looks at all that is below all that the one before found.</summary>
    private const int MaxAnywhere = 2;

    internal abstract record Step;

    internal sealed record Member(string Name) : Step
    {
        public override string ToString() => IsWord(Name) ? Name : $"\"{Name}\"";
    }

    internal sealed record AnyMember : Step
    {
        public override string ToString() => "*";
    }

    internal sealed record Items(Place First, Place Last, bool IsRange) : Step
    {
        public override string ToString() => IsRange ? $"[{First} to {Last}]" : $"[{First}]";
    }

    internal sealed record AnyItem : Step
    {
        public override string ToString() => "[*]";
    }

    internal sealed record Anywhere : Step
    {
        public override string ToString() => "**";
    }

    internal readonly record struct Place(int Number, bool FromLast)
    {
        public int In(int count) => FromLast ? count - 1 - Number : Number;

        public override string ToString() => (FromLast, Number) switch
        {
            (false, _) => Number.ToString(CultureInfo.InvariantCulture),
            (true, 0) => "last",
            _ => string.Create(CultureInfo.InvariantCulture, $"last-{Number}"),
        };
    }

    /// <summary>More than one thing may be found, which is then a list.</summary>
    public bool FindsMany { get; } = Steps.Any(s => s is AnyMember or AnyItem or Anywhere or Items { IsRange: true });

    public IEnumerable<SearchTree> In(SearchTree tree) => Steps.Aggregate((IEnumerable<SearchTree>)[tree], (found, step) => found.SelectMany(t => After(t, step)));

    /// <summary>From <paramref name="start"/> to <paramref name="end"/> of the text.</summary>
    /// <exception cref="ExpressionSyntaxException">There is no path; the column is that of the whole text.</exception>
    public static SearchPath Parse(string text, int start, int end) => new(new Reading(text, start, end).Steps());

    public bool Equals(SearchPath? other) => other is not null && Steps.AsSpan().SequenceEqual(other.Steps.AsSpan());

    public override int GetHashCode() => Steps.Aggregate(0, HashCode.Combine);

    public override string ToString() =>
        string.Concat(Steps.Select((step, i) => i > 0 && step is (Member or AnyMember) ? $".{step}" : $"{step}"));

    private static IEnumerable<SearchTree> After(SearchTree tree, Step step) => (step, tree) switch
    {
        (Member { Name: var name }, SearchTree.Members members) => members.All.Where(m => m.Name == name).Select(m => m.Value).Take(1),
        (AnyMember, SearchTree.Members members) => members.All.Select(m => m.Value),
        (AnyItem, SearchTree.List list) => list.Items,
        (Items items, SearchTree.List list) => Slice(items, list.Items),
        (Items items, _) => Slice(items, [tree]),
        (Anywhere, _) => AndBelow(tree),
        _ => [],
    };

    private static IEnumerable<SearchTree> Slice(Items items, IReadOnlyList<SearchTree> all)
    {
        var (first, last) = (items.First.In(all.Count), items.Last.In(all.Count));
        for (var i = Math.Max(0, first); i <= Math.Min(last, all.Count - 1); i++)
            yield return all[i];
    }

    private static IEnumerable<SearchTree> AndBelow(SearchTree tree)
    {
        yield return tree;
        var below = tree switch
        {
            SearchTree.Members members => members.All.Select(m => m.Value),
            SearchTree.List list => list.Items,
            _ => [],
        };
        foreach (var inner in below.SelectMany(AndBelow))
            yield return inner;
    }

    private static bool IsWord(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(IsWordChar);

    private static bool IsWordChar(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';

    private sealed class Reading(string text, int at, int end)
    {
        private int _at = at;

        public ImmutableArray<Step> Steps()
        {
            var steps = ImmutableArray.CreateBuilder<Step>();
            steps.Add(Name());
            while (Next != '\0')
            {
                if (steps.Count >= MaxSteps)
                    throw new ExpressionSyntaxException($"more than {MaxSteps} steps", _at + 1);
                steps.Add(Take('.') ? Name() : Take('[') ? Places() : TakeAnywhere() ? new Anywhere() : throw Unexpected("., [ or **"));
            }

            if (steps.Count(s => s is Anywhere) > MaxAnywhere)
                throw new ExpressionSyntaxException($"more than {MaxAnywhere} of **", end + 1);
            return steps[^1] is Anywhere ? throw Unexpected("a name or a place behind **") : steps.DrainToImmutable();
        }

        private char Next
        {
            get
            {
                while (_at < end && text[_at] is ' ' or '\t')
                    _at++;
                return _at < end ? text[_at] : '\0';
            }
        }

        private bool Take(char sign)
        {
            if (Next != sign || sign == '\0')
                return false;
            _at++;
            return true;
        }

        private bool TakeAnywhere()
        {
            if (Next != '*' || _at + 1 >= end || text[_at + 1] != '*')
                return false;
            _at += 2;
            return true;
        }

        private Step Name()
        {
            if (Take('*'))
                return new AnyMember();
            if (Take('"'))
            {
                var close = text.IndexOf('"', _at, end - _at);
                if (close <= _at)
                    throw new ExpressionSyntaxException(close < 0 ? "a name without its closing quote" : "a name that is empty", _at);
                var inner = text[_at..close];
                _at = close + 1;
                return new Member(inner);
            }

            _ = Next;
            var start = _at;
            while (_at < end && IsWordChar(text[_at]))
                _at++;
            return IsWord(text[start.._at]) ? new Member(text[start.._at]) : throw new ExpressionSyntaxException(Met(start, "a name or *"), start + 1);
        }

        private Step Places()
        {
            if (Take('*'))
                return Take(']') ? new AnyItem() : throw Unexpected("]");
            var first = Place();
            if (Take(']'))
                return new Items(first, first, IsRange: false);
            if (!TakeWord("to"))
                throw Unexpected("] or to");
            var last = Place();
            return Take(']') ? new Items(first, last, IsRange: true) : throw Unexpected("]");
        }

        private Place Place()
        {
            if (!TakeWord("last"))
                return new(Number(), FromLast: false);
            return new(Take('-') ? Number() : 0, FromLast: true);
        }

        private bool TakeWord(string word)
        {
            if (Next == '\0' || string.CompareOrdinal(text, _at, word, 0, word.Length) != 0 || _at + word.Length > end)
                return false;
            _at += word.Length;
            return true;
        }

        private int Number()
        {
            _ = Next;
            var start = _at;
            while (_at < end && char.IsAsciiDigit(text[_at]))
                _at++;
            return int.TryParse(text.AsSpan(start, _at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new ExpressionSyntaxException(_at > start ? "a number that is too large" : Met(start, "a number, last or *"), start + 1);
        }

        private ExpressionSyntaxException Unexpected(string expected)
        {
            _ = Next;
            return new(Met(_at, expected), _at + 1);
        }

        private string Met(int place, string expected) =>
            $"unexpected {(place >= end ? "end of the path" : char.IsControl(text[place]) || char.IsSurrogate(text[place]) ? $"U+{(int)text[place]:X4}" : $"'{text[place]}'")}, expecting {expected}";
    }
}
