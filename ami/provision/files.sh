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

# Compiled once, and not by each node at its first boot; what somebody changes there is compiled anew.
python3 -m compileall -q --invalidation-mode checked-hash /usr/local/lib/cos-boot

# Tasks of exec and java have the directories of the system, linked file by file, or copied to a volume. /bin, /lib and the like are links into
# /usr: tasks get them as links (files/etc/nomad.d/tasks.json), while Nomad's own list has all of their files twice.
install -d -m 755 /usr/local/lib/cos-tasks
for link in /bin /lib /lib32 /lib64 /sbin; do
  if [[ -L $link ]]; then cp --archive --no-target-directory "$link" "/usr/local/lib/cos-tasks$link"; fi
done
