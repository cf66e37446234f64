using PoweredAppliance.Core.Expressions;

namespace PoweredAppliance.Core.Tests.Expressions;

public sealed class ShellPatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a/b.c", true)]
    [InlineData("**a**", "bab", true)]
    [InlineData("a*c*e", "abcde", true)]
    [InlineData("a*c*e", "abcd", false)]
    [InlineData("*.example", ".example", true)]
    [InlineData("?", "", false)]
    [InlineData("??", "ab", true)]
    [InlineData("[abc]", "b", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[!a-c]", "d", true)]
    [InlineData("[^a-c]", "a", false)]
    [InlineData("[]a]", "]", true)]
    [InlineData("[!]a]", "]", false)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[[:digit:]x]*", "7z", true)]
    [InlineData("[[:digit:]x]*", "xz", true)]
    [InlineData("[[:upper:]]", "a", false)]
    [InlineData("[![:space:]]", " ", false)]
    [InlineData("[[:pony:]]", ":]", true)]
    [InlineData("[abc", "[abc", true)]
    [InlineData("a[", "a[", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("a\\", "a", false)]
    [InlineData("*[0-9]", "host12", true)]
    public void A_pattern_matches_as_fnmatch_does(string pattern, string text, bool matches) =>
        Assert.Equal(matches, Requirement.Parse($"A = \"{pattern}\"").Holds(_ => [text]));
}
