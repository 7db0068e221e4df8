#!/usr/bin/env bash
# Builds and tests everything on Akka.NET, with the packages of a folder:  [AKKA_VERSION=1.5.x] eng/verify-akka.sh DIR
# The version is that of the folder's Akka package. The last line is the totals, as CI prints them; a run whose actor
# system is not Akka.NET's, of that version and from that folder, is not counted.
set -euo pipefail

fail() {
  echo "verify-akka: $1" >&2
  exit 1
}

if [ $# -ne 1 ]; then
  echo "usage: [AKKA_VERSION=1.5.x] eng/verify-akka.sh DIR" >&2
  exit 2
fi
feed=$(cd "$1" 2>/dev/null && pwd) || fail "$1 is no folder"
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

versions=()
for package in "$feed"/Akka.[0-9]*.nupkg; do
  [ -e "$package" ] || fail "$feed holds no package Akka (Akka.VERSION.nupkg)"
  name=${package##*/Akka.}
  versions+=("${name%.nupkg}")
done
version=${AKKA_VERSION:-${versions[0]}}
if [ -z "${AKKA_VERSION:-}" ] && [ ${#versions[@]} -gt 1 ]; then
  fail "$feed holds Akka in ${#versions[@]} versions (${versions[*]}): name one by AKKA_VERSION"
fi
[ -e "$feed/Akka.$version.nupkg" ] || fail "$feed holds no Akka $version, but ${versions[*]}"

# Packages are unpacked into a cache of this clone's own: what was built into a folder must not become what other
# projects of this user get from theirs, nor the other way round. The folder's packages are unpacked anew each time:
# they may have been built again with the same version.
export NUGET_PACKAGES="$PWD/artifacts/akka-packages"
export ActorEngine=Akka AkkaVersion="$version" RestoreAdditionalProjectSources="$feed"

# "id/version" as the cache has it.
unpacked() {
  basename "$1" .nupkg | tr '[:upper:]' '[:lower:]' | sed -E 's,^([a-z][^.]*(\.[a-z][^.]*)*)\.([0-9].*)$,\1/\3,'
}

for package in "$feed"/*.nupkg; do
  rm -rf "${NUGET_PACKAGES:?}/$(unpacked "$package")"
done

echo "verify-akka: build with Akka.NET $version of $feed"
dotnet build || fail "the build failed"

unpacked_count=0
for package in "$feed"/*.nupkg; do
  at=$(unpacked "$package")
  sum="$NUGET_PACKAGES/$at/${at/\//.}.nupkg.sha512"
  [ -e "$sum" ] || continue
  [ "$(cat "$sum")" = "$(openssl dgst -sha512 -binary "$package" | openssl base64 -A)" ] || fail "${package##*/} was restored from elsewhere than $feed"
  unpacked_count=$((unpacked_count + 1))
done
[ "$unpacked_count" -gt 0 ] || fail "nothing was restored from $feed"
[ -e "$NUGET_PACKAGES/akka/$version/akka.$version.nupkg.sha512" ] || fail "Akka $version was not restored"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Under the wrong engine the rest would prove nothing.
contract=ActorSync.Engine.Tests.Contract.EngineTests.The_actor_system_comes_from_the_engine_that_was_chosen
dotnet test tests/ActorSync.Engine.Tests --no-build --filter "FullyQualifiedName=$contract" --logger "console;verbosity=normal" > "$log" 2>&1 || { cat "$log" >&2; fail "the actor system is not Akka.NET's"; }
grep -qE "^ *Passed $contract" "$log" || { cat "$log" >&2; fail "the test that says whose the actor system is did not run"; }
engine=$(dotnet run --no-build --project src/ActorSync.Node -- --version)
case $engine in
  *"Akka.NET $version"*) ;;
  *) fail "the program runs on another engine: $engine" ;;
esac
if find artifacts/Akka/bin -name 'ActorSync.Embedded*.dll' -print -quit | grep -q .; then
  fail "the embedded engine lies in artifacts/Akka/bin: remove artifacts/Akka and run this again"
fi

echo "verify-akka: tests"
result=0
dotnet test --no-build 2>&1 | tee "$log" || result=$?
echo "engine: Akka.NET $version, $unpacked_count packages of $feed"
eng/totals "$log" || fail "no test passed"
exit "$result"
