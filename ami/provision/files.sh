#!/usr/bin/env bash
# The files of ami/files: units, settings, and the boot program, each at its place below /.
set -euo pipefail

cd "$COS_FILES"
find . -type f ! -name '*.pyc' | while IFS= read -r file; do
  mode=644
  [[ -x $file ]] && mode=755
  # Also those directories that no package has made.
  install -D -m "$mode" "$file" "/${file#./}"
done
