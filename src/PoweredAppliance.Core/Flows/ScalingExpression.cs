using System.Globalization;
using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Flows;

/// <summary>
/// The expression of an elasticity policy: comparisons of numbers and of attributes of the role's VMs, like <c>CPU &gt; 80 &amp;&amp; (LOAD &gt;= 2)</c>.
/// As in OneFlow both signs have one precedence and group to the right, <c>!</c> takes all that follows, and a comparison with an
/// attribute that no VM has is false.
/// </summary>
public sealed class ScalingExpression
{
    private const int DeepestNesting = 64;

    private readonly Func<Func<string, decimal?>, bool> _holds;

    private ScalingExpression(Func<Func<string, decimal?>, bool> holds) => _holds = holds;

    /// <param name="value">of an attribute, by its name in upper case</param>
    public bool Holds(Func<string, decimal?> value) => _holds(value);

    /// <exception cref="ExpressionSyntaxException">It is no such expression; the text says where.</exception>
    public static ScalingExpression Parse(string text)
    {
        var reader = new Reader(text);
        var holds = reader.Expression(0);
        return reader.AtEnd ? new(holds) : throw reader.Wrong("&& or ||");
    }

    private sealed class Reader(string text)
    {
        private static readonly string[] Signs = ["==", "!=", "<>", ">=", "<=", "=", ">", "<"];

        private int _at;

        public bool AtEnd
        {
            get
            {
                while (_at < text.Length && text[_at] == ' ')
                    _at++;
                return _at == text.Length;
            }
        }

        public ExpressionSyntaxException Wrong(string wanted) => new($"{wanted} wanted in '{text}'", _at + 1);

        public Func<Func<string, decimal?>, bool> Expression(int depth)
        {
            if (depth > DeepestNesting)
                throw Wrong($"no more than {DeepestNesting} levels are");
            var left = Condition(depth);
            if (Take("&&") || Take("&"))
            {
                var right = Expression(depth + 1);
                return value => left(value) && right(value);
            }

            if (Take("||") || Take("|"))
            {
                var right = Expression(depth + 1);
                return value => left(value) || right(value);
            }

            return left;
        }

        private Func<Func<string, decimal?>, bool> Condition(int depth)
        {
            if (Take("!"))
            {
                var inner = Expression(depth + 1);
                return value => !inner(value);
            }

            if (Take("("))
            {
                var inner = Expression(depth + 1);
                return Take(")") ? inner : throw Wrong(")");
            }

            var left = Operand();
            var sign = Array.Find(Signs, Take) ?? throw Wrong("a comparison");
            var right = Operand();
            return value => (left(value), right(value)) is (decimal one, decimal other) && sign switch
            {
                "==" or "=" => one == other,
                "!=" or "<>" => one != other,
                ">=" => one >= other,
                "<=" => one <= other,
                ">" => one > other,
                _ => one < other,
            };
        }

        private Func<Func<string, decimal?>, decimal?> Operand()
        {
            var quote = Take("\"") ? "\"" : Take("'") ? "'" : null;
            var start = AtEnd ? text.Length : _at;
            if (quote is null && _at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '-'))
            {
                _at++;
                while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
                    _at++;
                return decimal.TryParse(text[start.._at], NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                    ? _ => number
                    : throw Wrong("a number");
            }

            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
                _at++;
            if (_at == start || !char.IsAsciiLetter(text[start]))
                throw Wrong("a number or an attribute");
            var name = text[start.._at].ToUpperInvariant();
            return quote is null || Take(quote) ? value => value(name) : throw Wrong(quote);
        }

        private bool Take(string sign)
        {
            if (AtEnd || !text.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal))
                return false;
            _at += sign.Length;
            return true;
        }
    }
}
