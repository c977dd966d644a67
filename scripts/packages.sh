#!/bin/sh
# Installs the system packages that a task needs: only what is missing, saying what and why.
#
#   scripts/packages.sh build          what compiles the server
#   scripts/packages.sh build fuzz     that, and what compiles libFuzzer
#   scripts/packages.sh build test     that, and what the checks drive: PostgreSQL, Python, PHP, Perl, Node.js, identity providers
#
# Fails, and names the package, where one is missing and cannot be installed. Nothing is skipped.
. "$(dirname -- "$0")/env.sh"

# One line for each package to install: the package's name, a tab, why.
missing=''

need() {
    missing="$missing$1	$2
"
}

# The package itself, where the system is Debian's; elsewhere whatever proves that it is there.
has() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

has_command() {
    command -v "$1" >/dev/null 2>&1
}

has_library() {
    has_command pkg-config && pkg-config --exists "$1"
}

# A libclang and its own headers, of one version: bindgen reads the C headers of xmlsec with them.
has_libclang() {
    for clang in /usr/lib/llvm-*; do
        for library in "$clang"/lib/libclang.so* "$clang"/lib/libclang-*.so*; do
            for header in "$clang"/lib/clang/*/include/stddef.h; do
                [ -e "$library" ] && [ -e "$header" ] && return 0
            done
        done
    done
    [ -n "${LIBCLANG_PATH:-}" ]
}

# As root, or with sudo where it asks for no password (or where someone can type one).
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif has_command sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        return 1
    fi
}

updated=no
update_once() {
    [ "$updated" = no ] || return 0
    updated=yes
    say 'packages: apt-get update, because something is missing'
    as_root apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -qq update >&2 ||
        say 'packages: apt-get update reported errors; going on with the lists that are here'
}

offered() {
    apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: [^(]'
}

# oidc-provider needs Node.js 20.19 or newer.
has_node() {
    has_command node && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
}

perl_modules='
Apache::Session=libapache-session-perl
Cache::Cache=libcache-cache-perl
Class::XSAccessor=libclass-xsaccessor-perl
Clone=libclone-perl
Config::IniFiles=libconfig-inifiles-perl
Crypt::OpenSSL::RSA=libcrypt-openssl-rsa-perl
Crypt::OpenSSL::X509=libcrypt-openssl-x509-perl
Crypt::Rijndael=libcrypt-rijndael-perl
Crypt::URandom=libcrypt-urandom-perl
Email::Date::Format=libemail-date-format-perl
HTML::Template=libhtml-template-perl
HTTP::Server::PSGI=libplack-perl
IO::String=libio-string-perl
JSON=libjson-perl
JSON::XS=libjson-xs-perl
Lasso=liblasso-perl
List::MoreUtils=liblist-moreutils-perl
LWP::UserAgent=libwww-perl
Mouse=libmouse-perl
Regexp::Assemble=libregexp-assemble-perl
String::Random=libstring-random-perl
Text::Unidecode=libtext-unidecode-perl
XML::Simple=libxml-simple-perl
'

look_build() {
    { has build-essential || { has_command cc && has_command make; }; } || need build-essential 'C parts of dependencies (SQLite) are compiled'
    { has pkg-config || has_command pkg-config; } || need pkg-config 'finds the C libraries below'
    has_library openssl || need libssl-dev 'XML encryption and signatures of SAML'
    has_library libxml-2.0 || need libxml2-dev 'XML signatures of SAML'
    has_library xmlsec1 || need libxmlsec1-dev 'XML signatures of SAML'
    has_libclang || need libclang 'bindings to the XML signature library are made while compiling'
}

look_fuzz() {
    has_command g++ || need g++ 'libFuzzer is compiled with it'
}

look_test() {
    has_command git || need git 'cargo-deny reads the advisory database with it'
    has_command openssl || need openssl 'the identity providers of the tests have keys made with it'
    has_command python3 || need python3 'the end-to-end tests are written in it'
    python3 -c 'import venv, ensurepip' 2>/dev/null || need python3-venv 'the end-to-end tests run in an environment of their own'
    { has_command initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; } || need postgresql 'every test runs on PostgreSQL too'
    has_command pg_dump || need postgresql-client 'the tests read a whole dump of the database'
    has_command php || need php-cli 'runs SimpleSAMLphp, an identity provider of the tests'
    for module in dom:php-xml mbstring:php-mbstring curl:php-curl; do
        php -m 2>/dev/null | grep -qix "${module%%:*}" || need "${module##*:}" 'SimpleSAMLphp uses it'
    done
    # The modules of Perl that LemonLDAP::NG loads, each with its package.
    for module in $perl_modules; do
        perl -e "require ${module%=*}" 2>/dev/null || need "${module##*=}" 'LemonLDAP::NG, an identity provider of the tests, uses it'
    done
    has_node || need nodejs 'version 20.19 or newer runs two identity providers of the tests'
    has_command npm || need npm 'installs those that Node.js runs'
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || need chromium 'the tests of the pages drive it'
}

look() {
    missing=''
    for set in $sets; do
        "look_$set"
    done
}

sets=$*
[ -n "$sets" ] || fail 'say which packages: build, fuzz, test'
for set in $sets; do
    case $set in
    build | fuzz | test) ;;
    *) fail "no such set of packages: $set (build, fuzz, test)" ;;
    esac
done

look
if [ -n "$missing" ]; then
    say 'packages: missing here:'
    printf '%s' "$missing" | sed 's/^/  /' >&2
    names=$(printf '%s' "$missing" | cut -f1 | sort -u | tr '\n' ' ')
    has_command apt-get || fail "no apt-get here; install by hand what these Debian packages hold: $names"
    as_root true || fail "root or sudo is needed to install: $names"
    update_once
    install=''
    for name in $names; do
        # The one library whose package is named by its version: a small one where it exists, else the whole.
        if [ "$name" = libclang ]; then
            if offered libclang1-14 && offered libclang-common-14-dev; then
                name='libclang1-14 libclang-common-14-dev'
            else
                name=libclang-dev
            fi
        fi
        for one in $name; do
            offered "$one" || fail "this system offers no package $one"
            install="$install $one"
        done
    done
    # Debian makes and starts a cluster of its own with the package; the tests start theirs.
    case " $install " in
    *' postgresql '*)
        if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
            as_root mkdir -p /etc/postgresql-common
            printf 'create_main_cluster = false\n' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
            say 'packages: /etc/postgresql-common/createcluster.conf says that no system cluster is made'
        fi
        ;;
    esac
    say "packages: installing$install"
    # shellcheck disable=SC2086 # a list of names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 \
        -qq -y --no-install-recommends install $install >&2 || fail "could not install:$install"
    look
    [ -z "$missing" ] || fail "installed, and still not found: $(printf '%s' "$missing" | cut -f1 | tr '\n' ' ')"
fi

# Not packages that we install: they would bring web servers and start them. We unpack them for ourselves.
case " $sets " in
*' test '*)
    for unpack in simplesamlphp lemonldap nginx; do
        "$root/scripts/$unpack.sh" >/dev/null && continue
        # There may be no lists here yet, or they name a version that is no longer offered.
        has_command apt-get || fail "no apt-get here; unpack it by hand, see scripts/$unpack.sh"
        [ "$updated" = no ] || fail "could not fetch what scripts/$unpack.sh unpacks"
        update_once
        "$root/scripts/$unpack.sh" >/dev/null
    done
    "$root/scripts/node-idps.sh" >/dev/null
    ;;
esac

has_command cargo || fail 'no cargo here: install Rust 1.95 or newer (rustup)'
say "packages: all here for: $sets"
