# Shared by the doors: where the tree is, how to say things.
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*" >&2; }

# as_root COMMAND...
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# newer STAMP PATH...: true when a source is newer than the stamp, or there is no stamp
newer() {
    local stamp=$1; shift
    [ -e "$stamp" ] || return 0
    [ -n "$(find "$@" \( -name bin -o -name obj \) -prune -o -type f -newer "$stamp" -print -quit)" ]
}

export PATH=$PATH:/usr/sbin:/sbin:${HOME:=/root}/.dotnet
[ ! -x "$HOME/.dotnet/dotnet" ] || export DOTNET_ROOT=$HOME/.dotnet
