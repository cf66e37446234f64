namespace PoweredAppliance.Cli.Verbs;

/// <summary>One script for each shell; all the knowledge stays in <c>powered complete</c>.</summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # bash completion for powered
        _powered() {
            local line word
            COMPREPLY=()
            while IFS= read -r line; do
                word=${line%%$'\t'*}
                COMPREPLY+=("$(printf '%q' "$word")")
            done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
        }
        complete -o default -F _powered powered
        """;

    private const string Zsh = """
        #compdef powered
        # zsh completion for powered
        _powered() {
            local line
            local -a answers
            while IFS= read -r line; do
                answers+=("${${line%%$'\t'*}//:/\\:}${line[(r)$'\t']:+:${line#*$'\t'}}")
            done < <("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
            if (( ${#answers} )); then
                _describe powered answers
            else
                _files
            fi
        }
        if [ "$funcstack[1]" = "_powered" ]; then
            _powered "$@"
        else
            compdef _powered powered
        fi
        """;

    private const string Fish = """
        # fish completion for powered
        function __powered_complete
            set -l words (commandline -opc) (commandline -ct)
            powered complete -- $words[2..-1] 2>/dev/null
        end
        complete -c powered -f -n 'test (count (__powered_complete)) -gt 0' -a '(__powered_complete)'
        """;

    public static string For(string shell) => shell switch
    {
        "bash" => Bash.ReplaceLineEndings("\n"),
        "zsh" => Zsh.ReplaceLineEndings("\n"),
        "fish" => Fish.ReplaceLineEndings("\n"),
        _ => throw new ArgumentOutOfRangeException(nameof(shell), shell, "no such shell"),
    };
}
