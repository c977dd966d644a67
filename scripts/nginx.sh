#!/bin/sh
# Prints an nginx to run: the one that is here, or Debian's, unpacked once for each user without installing it.
#
# Debian's package would start a web server. By hand: unpack the package `nginx` with `dpkg -x` into the printed folder.
. "$(dirname -- "$0")/env.sh"

for known in nginx /usr/sbin/nginx; do
    if command -v "$known" >/dev/null 2>&1; then
        command -v "$known"
        exit 0
    fi
done
here=$cache/nginx
if [ ! -x "$here/usr/sbin/nginx" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/nginx.XXXXXX")
    trap 'rm -rf "$work"' EXIT INT TERM
    say 'nginx: fetching the package to unpack it'
    # Told to a folder that the download user cannot enter, apt fetches as ourselves and says so: not an error.
    (cd "$work" && apt-get -qq download nginx 2>"$work/log") || {
        cat "$work/log" >&2
        fail 'could not fetch the package nginx'
    }
    dpkg -x "$work"/nginx_*.deb "$work/files"
    rm -rf "$here"
    mv "$work/files" "$here"
fi
printf '%s\n' "$here/usr/sbin/nginx"
