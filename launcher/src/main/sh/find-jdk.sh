# Sourced by ./thole and ./build: sets JAVA_HOME to a JDK 25 or newer, or stops with one line.
# Looks at JAVA_HOME, then at the java on the PATH, then in the usual install folders.

# The feature number ("25") of the JDK in folder $1; nothing when there is no complete JDK.
jdk_feature() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

jdk_is_enough() {
  feature=$(jdk_feature "$1")
  [ -n "$feature" ] && [ "$feature" -ge 25 ]
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && jdk_is_enough "$JAVA_HOME"; then
    export JAVA_HOME
    return 0
  fi
  on_path=$(command -v java 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for home in "${on_path:-}" /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* /usr/local/java/* /usr/local/jdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if jdk_is_enough "$home"; then
      JAVA_HOME=$home
      export JAVA_HOME
      return 0
    fi
  done
  echo "$(basename "$0"): no JDK 25 found: install one (for example Debian's openjdk-25-jdk or Eclipse Temurin 25) or set JAVA_HOME" >&2
  exit 1
}
