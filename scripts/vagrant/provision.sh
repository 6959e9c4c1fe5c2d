#!/bin/sh
# Makes a machine into a recording telephone system on loopback: FreeSWITCH from packages, fsplug as a service, the demo's
# companies, SIPp. Run as root: provision.sh [STEP]... (all of them without a name). A second run mends what is missing.
#
# Alpine packages FreeSWITCH itself. On Debian the packages are SignalWire's, who ask for a token: SIGNALWIRE_TOKEN is
# read from the environment, and is gone from the machine when this ends.
set -eu

here=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
source=/usr/local/src/fsplug
venv=/opt/fsplug
data=/var/lib/fsplug
spool=/var/spool/fsplug
conf=/etc/freeswitch
trunk_port=5090

say() { printf 'provision: %s\n' "$*" >&2; }

is_alpine() { [ -e /etc/alpine-release ]; }

as_fsplug() { su -s /bin/sh fsplug -c "$*"; }

# --- packages -----------------------------------------------------------------------------------------------------

packages() {
    if is_alpine; then alpine_packages; else debian_packages; fi
}

alpine_packages() {
    apk add --no-cache bash freeswitch python3 py3-pip sudo
    command -v sipp >/dev/null && return
    # Alpine keeps SIPp among its newest packages only; what it links with comes from the same place.
    edge=$(sed -n 's|/v[0-9.]*/main/*$||p' /etc/apk/repositories | head -n 1)/edge
    apk add --no-cache --repository "$edge/main" --repository "$edge/community" --repository "$edge/testing" sipp
}

debian_packages() {
    if [ -z "${SIGNALWIRE_TOKEN:-}" ]; then
        say "Debian's FreeSWITCH needs SIGNALWIRE_TOKEN in the environment; without one use the Alpine box"
        exit 1
    fi
    trap forget_token EXIT
    repository=freeswitch.signalwire.com/repo/deb/debian-release
    auth=/etc/apt/auth.conf.d/freeswitch.conf
    (umask 077 && printf 'machine freeswitch.signalwire.com login signalwire password %s\n' "$SIGNALWIRE_TOKEN" >"$auth")
    apt_get install --no-install-recommends ca-certificates curl python3 python3-venv sip-tester sudo
    key=/usr/share/keyrings/signalwire-freeswitch.gpg
    curl --silent --show-error --fail --netrc-file "$auth" --output "$key" "https://$repository/signalwire-freeswitch-repo.gpg"
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    echo "deb [signed-by=$key] https://$repository/ $codename main" >/etc/apt/sources.list.d/freeswitch.list
    apt-get -qq update
    # Modules one by one: the meta packages bring a configuration of their own.
    set -- xml-curl
    for module in commands dialplan-xml dptools event-socket expr hash json-cdr logfile loopback native-file sndfile sofia \
        opus spandsp tone-stream; do
        set -- "$@" "$module"
    done
    for module in "$@"; do
        set -- "$@" "freeswitch-mod-$module"
        shift
    done
    apt_get install --no-install-recommends freeswitch freeswitch-systemd "$@"
}

forget_token() { rm -f /etc/apt/auth.conf.d/freeswitch.conf /etc/apt/sources.list.d/freeswitch.list; }

apt_get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y "$@" </dev/null; }

# --- fsplug -------------------------------------------------------------------------------------------------------

user() {
    getent group freeswitch >/dev/null || { if is_alpine; then addgroup -S freeswitch; else groupadd -r freeswitch; fi; }
    if ! getent passwd fsplug >/dev/null; then
        if is_alpine; then
            addgroup -S fsplug
            adduser -S -D -H -h "$data" -s /sbin/nologin -G fsplug fsplug
        else
            useradd -r -U -M -d "$data" -s /usr/sbin/nologin fsplug
        fi
    fi
    if is_alpine; then addgroup fsplug freeswitch; else usermod -a -G freeswitch fsplug; fi
}

install_quietly() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }

program() {
    if [ "$here" != "$source" ]; then
        rm -rf "$source"
        mkdir -p "$source"
        for part in LICENSE README.md constraints fixtures fsplug pyproject.toml scripts setup.cfg xml_templates; do
            cp -R "$here/$part" "$source/"
        done
        chmod -R a+rX "$source"
    fi
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    install_quietly --require-hashes --requirement "$source/constraints/fsplug.txt"
    install_quietly --no-deps --no-build-isolation "$source"
    ln -sf "$venv/bin/fsplug" /usr/local/bin/fsplug
}

company() {
    install -d -o fsplug -g fsplug -m 0700 "$data"
    install -d -o fsplug -g freeswitch -m 2770 "$spool"
    as_fsplug "$venv/bin/fsplug init --data $data --spool $spool"
    # SIPp's phones register from another port than theirs.
    as_fsplug "grep -q '^phone_proxies' $data/fsplug.toml || echo 'phone_proxies = \"127.0.0.1\"' >>$data/fsplug.toml"
    as_fsplug "$venv/bin/fsplug apply $source/fixtures/demo.toml --data $data --yes"
    as_fsplug "$venv/bin/fsplug trunk set --data $data --company acme.example trunk --host 127.0.0.1 --port $trunk_port"
}

switch() {
    # A package's own freeswitch.xml includes files that are not there.
    if [ -e "$conf/freeswitch.xml" ] && [ ! -e "$conf/fsplug/installed.json" ]; then mv "$conf" "$conf.from-package"; fi
    [ -d "$conf" ] || install -d -o root -g freeswitch -m 0750 "$conf"
    "$venv/bin/fsplug" switch install --data "$data" --conf "$conf" --sip-address 127.0.0.1 --yes >/dev/null
    if is_alpine && ! grep -q '^umask' /etc/conf.d/freeswitch 2>/dev/null; then
        # What the switch records its group may read and repair; Debian's unit says the same.
        echo 'umask 0007' >>/etc/conf.d/freeswitch
    fi
}

# --- services -----------------------------------------------------------------------------------------------------

services() {
    if is_alpine; then
        install -m 0755 "$source/scripts/openrc/fsplug" /etc/init.d/fsplug
        for service in freeswitch fsplug; do
            rc-update add "$service" default
            rc-service "$service" restart
        done
    else
        install -m 0644 "$source/scripts/systemd/fsplug.service" /etc/systemd/system/fsplug.service
        systemctl daemon-reload
        systemctl enable freeswitch fsplug
        systemctl restart freeswitch fsplug
    fi
}

sipp_run() {
    cat >/usr/local/bin/sipp-run <<END
#!/bin/sh
exec sudo -u fsplug env HOME=/tmp $venv/bin/python $source/scripts/sipp-run --installed --data $data "\$@"
END
    chmod 0755 /usr/local/bin/sipp-run
}

[ $# -gt 0 ] || set -- packages user program company switch services sipp_run
for step in "$@"; do
    say "$step"
    "$step"
done
