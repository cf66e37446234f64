# Debian packages as material: sourced by recipes that take files out of packages without installing them.
# Works as any user. apt's own lists are used when they know the package; else a private copy is fetched into the cache.

_apt_private() {
    local state=${POWERED_CACHE:-${HOME:-/root}/.cache/powered}/apt
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    echo "-o Dir::State=$state -o Dir::State::Lists=$state/lists -o Dir::Cache=$state/cache -o Debug::NoLocking=1"
}
_apt_options="-o APT::Sandbox::User=root"

# Points apt at a private, fresh copy of the lists. Once per process.
_apt_refresh() {
    case "$_apt_options" in *Dir::State*) return 1 ;; esac
    printf 'packages: reading package lists\n' >&2
    _apt_options="-o APT::Sandbox::User=root $(_apt_private)"
    apt-get $_apt_options -qq update >&2
}

# package_depends PACKAGE PATTERN: the first dependency of PACKAGE whose name matches PATTERN
package_depends() {
    local found
    found=$(apt-cache $_apt_options depends "$1" 2>/dev/null | sed -n 's/^ *Depends: //p' | grep -m1 -E "$2" || true)
    if [ -z "$found" ]; then
        _apt_refresh || { printf 'packages: apt knows no package %s\n' "$1" >&2; return 1; }
        found=$(apt-cache $_apt_options depends "$1" | sed -n 's/^ *Depends: //p' | grep -m1 -E "$2")
    fi
    printf '%s\n' "$found"
}

# packages_unpack CACHEDIR INTO PACKAGE...: downloads what CACHEDIR lacks and unpacks each package into INTO
packages_unpack() {
    local debs=$1 into=$2 package file wanted=()
    shift 2
    mkdir -p "$debs" "$into"
    for package; do
        compgen -G "$debs/${package}_*.deb" >/dev/null || wanted+=("$package")
    done
    if [ ${#wanted[@]} -gt 0 ]; then
        (cd "$debs" && apt-get $_apt_options -qq download "${wanted[@]}") ||
            { _apt_refresh && (cd "$debs" && apt-get $_apt_options -qq download "${wanted[@]}"); } ||
            { printf 'packages: cannot download %s\n' "${wanted[*]}" >&2; return 1; }
    fi
    for package; do
        file=$(compgen -G "$debs/${package}_*.deb" | sort -V | tail -1)
        dpkg-deb -x "$file" "$into"
    done
}
