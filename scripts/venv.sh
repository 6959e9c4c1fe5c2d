# shellcheck shell=bash
# Sourced by the scripts beside it, in the project's root: installs fsplug and its dependencies into .venv. Only Python
# 3.11 or newer must be there.

venv=$PWD/.venv

say() { printf '%s: %s\n' "$0" "$*" >&2; }

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "no Python 3.11 or newer found; install python3"
    return 1
}

may_install_packages() { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && [ -z "${FSPLUG_NO_APT:-}" ]; }

# Install Debian packages one by one: a package that fails does not stop the others.
install_packages() {
    [ $# -gt 0 ] || return 0
    if ! may_install_packages; then
        say "not installed: $*"
        return 0
    fi
    say "installing $*"
    apt_get update || true
    local package
    for package in "$@"; do
        apt_get install --no-install-recommends "$package" || say "$package could not be installed"
    done
}

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" </dev/null >/dev/null; }

# What is never imported need not be compiled; the rest is when it is first.
pip_install() {
    "$venv/bin/python" -m pip install --no-compile --quiet --disable-pip-version-check --no-input "$@"
}

# If the stamp is unchanged, nothing needs to be installed.
stamp() { { echo "$venv"; "$python" -V; cat setup.cfg pyproject.toml constraints/*.txt; } | sha256sum | cut -d ' ' -f 1; }

# install_fsplug WHAT: fsplug, installed in place, with what constraints/WHAT.txt pins and nothing else: each file's hash is
# checked. A .venv with more than that is left as it is.
install_fsplug() {
    local done_for
    done_for=$(cat "$venv/installed" 2>/dev/null || true)
    if [ "$done_for" = "$(stamp) $1" ] || { [ "$1" = fsplug ] && [ "${done_for%% *}" = "$(stamp)" ]; }; then return; fi
    say "installing fsplug into .venv"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    "$python" -m venv --clear "$venv"
    pip_install --require-hashes --requirement "constraints/$1.txt"
    pip_install --no-deps --no-build-isolation --editable .
    echo "$(stamp) $1" >"$venv/installed"
}

python=$(find_python)
