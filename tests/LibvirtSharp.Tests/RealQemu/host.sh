#!/bin/bash
# host.sh FOLDER NAME: a libvirtd of its own, with its own /etc/libvirt, /var/lib/libvirt, /run and network, in namespaces of
# its own. Lives as long as standard input stays open: whoever started it may be killed, and everything here dies with it.
set -e
folder=$1 name=$2
controllers="cpu cpuacct cpuset memory devices freezer blkio pids"
if [ -z "$INSIDE" ]; then
    # domstats has no CPU times without a cgroup of the host's own to put guests in
    for controller in $controllers; do
        group=/sys/fs/cgroup/$controller/$name
        [ -d /sys/fs/cgroup/$controller ] || continue
        mkdir -p "$group"
        if [ $controller = cpuset ]; then
            cat /sys/fs/cgroup/cpuset/cpuset.cpus > "$group/cpuset.cpus"
            cat /sys/fs/cgroup/cpuset/cpuset.mems > "$group/cpuset.mems"
        fi
        echo $$ > "$group/cgroup.procs"
    done
    if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
        mkdir -p "/sys/fs/cgroup/$name"
        echo $$ > "/sys/fs/cgroup/$name/cgroup.procs"
    fi
    INSIDE=1 exec unshare --cgroup --mount --uts --ipc --net --pid --fork --kill-child "$0" "$folder" "$name"
fi

mount --make-rprivate /
hostname "$name"
ip link set lo up
mkdir -p "$folder"/{etc,lib,log,cache,run}
cp -a /etc/libvirt/. "$folder/etc/"
rm -rf "$folder"/etc/qemu/*.xml "$folder"/etc/qemu/networks "$folder"/etc/storage
cat > "$folder/etc/libvirtd.conf" <<X
listen_tls = 0
listen_tcp = 0
auth_unix_rw = "none"
unix_sock_group = "root"
unix_sock_rw_perms = "0700"
host_uuid = "$(cat /proc/sys/kernel/random/uuid)"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
X
cat > "$folder/etc/qemu.conf" <<X
user = "root"
group = "root"
security_driver = "none"
remember_owner = 0
namespaces = []
stdio_handler = "file"
X
for controller in $controllers; do [ -d /sys/fs/cgroup/$controller ] && v1="$v1 $controller"; done
[ -n "$v1" ] && echo 'cgroup_controllers = [ "cpu", "cpuacct", "cpuset", "memory", "blkio" ]' >> "$folder/etc/qemu.conf"
mount --bind "$folder/etc" /etc/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/log" /var/log/libvirt
mount --bind "$folder/cache" /var/cache/libvirt
mount --bind "$folder/run" /run
mount -t proc proc /proc
mount -t sysfs sysfs /sys
if [ -n "$v1" ]; then
    mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
    for controller in $v1; do
        mkdir /sys/fs/cgroup/$controller
        mount -t cgroup -o $controller cgroup /sys/fs/cgroup/$controller
    done
else
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
mkdir -p /run/libvirt /run/lock
/usr/sbin/libvirtd -p /run/libvirtd.pid & daemon=$!
echo ready
# Commands come by standard input; its end is the end.
while read -r command; do
    case $command in
    kill) kill -9 "$daemon"; wait "$daemon" || : ;; # until it has let go of its locks, which the next one needs
    stop) kill -STOP "$daemon" ;;
    cont) kill -CONT "$daemon" ;;
    start) /usr/sbin/libvirtd -p /run/libvirtd.pid & daemon=$! ;;
    esac
    echo "$command done"
done
