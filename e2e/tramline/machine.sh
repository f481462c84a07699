#!/usr/bin/env bash
# Run by machine.py in namespaces of their own: a machine with the files of this one, and systemd as its first process.
# Nothing that it writes reaches the files, the network, the control groups or the kernel settings of this machine.
#
#   machine.sh FOLDER UNIT…      UNIT: what is not started, as it belongs to real hardware
set -euo pipefail
folder=$1
shift
mount --make-rprivate /
mount -t tmpfs -o size=16g tramline-e2e "$folder"
mkdir "$folder"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
cd "$folder/root"
mkdir -p .before
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
for node in null zero full random urandom tty; do
  touch "dev/$node"
  mount --bind "/dev/$node" "dev/$node"
done
mkdir -p run/systemd/system
for unit in "$@"; do ln -s /dev/null "run/systemd/system/$unit"; done
pivot_root . .before
umount -l /.before
exec env -i container=tramline-e2e PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=basic.target --log-target=journal
