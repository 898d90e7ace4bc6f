#!/usr/bin/env bash
# Prints what the changelog says of the version of a tag, vX.Y.Z. Fails where the package is of another version, or it says nothing.
set -euo pipefail

tag=$1
version=$(node -p 'require("./package.json").version')
if [ "$tag" != "v$version" ]; then
  echo "The tag is $tag, and package.json has version $version: it would be v$version." >&2
  exit 1
fi
notes=$(awk -v heading="## $version" '/^## / { found = index($0, heading) == 1 && substr($0, length(heading) + 1) !~ /^[0-9.]/; next } found' CHANGELOG.md)
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "CHANGELOG.md has nothing under \"## $version\"." >&2
  exit 1
fi
echo "$notes"
