# For install-clients and build-kube-apiserver, which source it in their folder: Debian's packages of any release, with
# a configuration of apt's that is theirs alone, unpacked below target/apt and installed nowhere.
apt=$PWD/target/apt
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=

# need_debian WHAT: ends the script, and says that WHAT comes from Debian, where that cannot be had.
need_debian() {
  for tool in apt-get dpkg-deb; do
    command -v $tool >/dev/null || {
      echo "${0##*/}: no $tool: $1 from Debian's packages" >&2
      exit 1
    }
  done
  mirror=$(cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/ {print $2}' | grep -m1 'debian/*$' ||
    awk '/^deb / {for (i = 2; i <= NF; i++) if ($i ~ /debian\/*$/) {print $i; exit}}' /etc/apt/sources.list 2>/dev/null)
  [ -n "$mirror" ] && [ -r "$keyring" ] || {
    echo "${0##*/}: this machine has no source of Debian packages" >&2
    exit 1
  }
}

# fetch SUITE PACKAGE...: unpacks packages of one Debian release below target/apt/root.
fetch() {
  suite=$1
  shift
  rm -rf "$apt"
  mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/packages" "$apt/root"
  cat >"$apt/sources/clients.sources" <<END
Types: deb
URIs: $mirror
Suites: $suite
Components: main
Signed-By: $keyring
END
  cat >"$apt/apt.conf" <<END
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$apt/sources";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
  : >"$apt/status"
  echo "${0##*/}: fetching $* from Debian $suite" >&2
  (
    export APT_CONFIG="$apt/apt.conf"
    apt-get -qq update
    cd "$apt/packages"
    apt-get -qq download "$@"
    for package in ./*.deb; do
      dpkg-deb -x "$package" "$apt/root"
    done
  ) || {
    echo "${0##*/}: not to be had from Debian $suite: $*" >&2
    return 1
  }
}

# fetch_source PACKAGE: the source of a package of the release that was fetched from last, into target/apt/packages.
fetch_source() {
  sed -i 's/^Types: .*/Types: deb-src/' "$apt/sources/clients.sources"
  echo "${0##*/}: fetching the source of $1" >&2
  (
    export APT_CONFIG="$apt/apt.conf"
    apt-get -qq update
    cd "$apt/packages"
    apt-get -qq source --download-only --only-source "$1"
  ) || {
    echo "${0##*/}: no source of $1 is to be had" >&2
    return 1
  }
}
