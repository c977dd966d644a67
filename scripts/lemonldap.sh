#!/bin/sh
# Unpacks LemonLDAP::NG, once for each user, without installing it, and prints where.
#
# Debian's packages would bring a web server, scheduled jobs and a place in /etc; we need only their files, which Plack's
# own server runs (tests/e2e/idps/lemonldap.py). The modules of Perl that it uses are installed by scripts/packages.sh.
# By hand: unpack Debian's packages `liblemonldap-ng-{common,handler,portal}-perl` with `dpkg -x` into the printed folder.
. "$(dirname -- "$0")/env.sh"

here=$cache/lemonldap
if [ ! -e "$here/usr/share/perl5/Lemonldap/NG/Portal.pm" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/lemonldap.XXXXXX")
    trap 'rm -rf "$work"' EXIT INT TERM
    say 'lemonldap: fetching the packages to unpack them'
    packages='liblemonldap-ng-common-perl liblemonldap-ng-handler-perl liblemonldap-ng-portal-perl'
    # Told to a folder that the download user cannot enter, apt fetches as ourselves and says so: not an error.
    # shellcheck disable=SC2086 # a list of names
    (cd "$work" && apt-get -qq download $packages 2>"$work/log") || {
        cat "$work/log" >&2
        fail "could not fetch the packages $packages"
    }
    for package in "$work"/*.deb; do
        dpkg -x "$package" "$work/files"
    done
    rm -rf "$here"
    mv "$work/files" "$here"
fi
printf '%s\n' "$here"
