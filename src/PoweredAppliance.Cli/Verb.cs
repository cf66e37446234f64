using System.CommandLine;

namespace PoweredAppliance.Cli;

/// <summary>A word of the command line: a group of words, or one that does something.</summary>
internal sealed class Verb(
    string name, string description, Func<Call, Task<int>>? run = null) : Command(name, description)
{
    public Func<Call, Task<int>>? Run { get; } = run;

    /// <summary>Command lines that <c>--help</c> shows.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];
}

/// <summary>Says by which names its values exist, for completion.</summary>
internal sealed class NameArgument(string name, string kind) : Argument<string[]>(name)
{
    /// <summary>vm, host, image, template, network or datastore.</summary>
    public string Kind { get; } = kind;

    public static NameArgument Several(string kind, string what) =>
        new(kind.ToUpperInvariant(), kind) { Description = what, Arity = ArgumentArity.OneOrMore };

    public static NameArgument One(string kind, string what) =>
        new(kind.ToUpperInvariant(), kind)
        {
            Description = what,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
                [.. result.Tokens.Select(t => t.Value)], // one word is not taken for an array by itself
        };
}

/// <summary>Options that many verbs have.</summary>
internal static class Flags
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the wire's JSON: a list as an array, one thing as an object",
        Recursive = true,
    };

    public static readonly Option<string?> Api = new("--api")
    {
        Description = "The daemon's address, instead of POWERED_API",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<bool> Watch = new("--watch", "-w")
    {
        Description = "Keep showing, as it changes, until Ctrl-C",
    };

    public static readonly Option<bool> Wait = new("--wait")
    {
        Description = "Follow it to its end state, showing progress",
    };

    public static readonly Option<string?> Timeout = new("--timeout")
    {
        Description = "How long to wait at most: 90s, 5m, 2h (10m unless given)",
        HelpName = "TIME",
    };

    public static readonly Option<bool> Hard = new("--hard") { Description = "At once, without asking the guest" };
}
