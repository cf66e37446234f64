namespace PoweredAppliance.Lab.Hosts;

/// <summary>The two shell scripts behind a lab host. Both live as long as the test process holds their standard input open.</summary>
internal static class HostScripts
{
    /// <summary>
    /// Outside the host: gives it control groups of its own, switches it on, waits until it is off, and switches it on again when
    /// told <c>on</c>. At the end of its input (the test process is gone, however it went) it takes everything away.
    /// Arguments: the host's folder, its name, the lab's folder, the host's address.
    /// </summary>
    internal const string Outside = """
        dir=$1; name=$2; lab=$3; address=$4; groups=
        join() { mkdir -p "$1" 2>/dev/null && groups="$groups $1" && echo $BASHPID > "$1/cgroup.procs" 2>/dev/null; }
        power() {
          if [ -f /sys/fs/cgroup/cgroup.controllers ]; then join /sys/fs/cgroup/$name
          else
            for c in cpu cpuacct cpuset memory devices freezer blkio pids; do
              [ -d /sys/fs/cgroup/$c ] || continue
              mkdir -p /sys/fs/cgroup/$c/$name
              if [ $c = cpuset ]; then
                cat /sys/fs/cgroup/cpuset/cpuset.cpus > /sys/fs/cgroup/cpuset/$name/cpuset.cpus
                cat /sys/fs/cgroup/cpuset/cpuset.mems > /sys/fs/cgroup/cpuset/$name/cpuset.mems
              fi
              join /sys/fs/cgroup/$c/$name
            done
          fi
          exec unshare --net --cgroup --mount --uts --ipc --pid --fork --kill-child bash "$dir/inside.sh" "$dir" "$name" "$address" <&3
        }
        sweep() { for c in /sys/fs/cgroup /sys/fs/cgroup/*; do [ -d $c/$name ] && find $c/$name -depth -type d -exec rmdir {} + 2>/dev/null; done; }
        exec 3<&0
        while :; do
          (power) & echo $! > "$dir/unshare.pid"
          wait $!
          read -r word <&3 || break
        done
        for try in $(seq 100); do sweep; [ -z "$(ls -d /sys/fs/cgroup/$name /sys/fs/cgroup/*/$name 2>/dev/null)" ] && break; sleep 0.1; done
        rm -rf "$dir"; rmdir "$lab" 2>/dev/null
        exit 0
        """;

    /// <summary>
    /// Process 1 of the host: its own mounts, name and bridge, then libvirtd. SIGUSR1 starts libvirtd again; when its input
    /// ends it exits, and the kernel kills all that is left in its process namespace. Arguments: the host's folder, name and address.
    /// </summary>
    internal const string Inside = """
        dir=$1; name=$2; address=$3
        mount --make-rprivate / && hostname $name || exit 1
        for d in etc/libvirt var/lib/libvirt var/log/libvirt var/cache/libvirt run; do
          mkdir -p /$d "$dir/$d" && mount --bind "$dir/$d" /$d || exit 1
        done
        rm -rf /run/*; mkdir -p /run/libvirt /run/lock
        mount -t proc proc /proc; mount -t sysfs sysfs /sys
        if ! grep -q cpu "$dir/cgroups"; then
          mount -t cgroup2 cgroup2 /sys/fs/cgroup
        else
          mount -t tmpfs -o mode=755 cgroot /sys/fs/cgroup
          for c in $(cat "$dir/cgroups"); do mkdir /sys/fs/cgroup/$c && mount -t cgroup -o $c cgroup /sys/fs/cgroup/$c; done
        fi
        ip link set lo up
        # A bridge with no address of its own takes the lowest of its ports', which may be a guest's tap: on two hosts the same one.
        ip link add br0 address 02:4c:00:00:00:$(printf %02x ${address##*.}) type bridge && ip link set br0 up && ip addr add $address/24 dev br0
        start() {
          [ -f "$dir/logd" ] && ! [ -S /run/libvirt/virtlogd-sock ] && virtlogd -d
          rm -f /run/libvirtd.pid; libvirtd -d -p /run/libvirtd.pid
        }
        trap start USR1
        exec 3<&0
        cat <&3 >/dev/null 3<&- & ends=$!
        start 3<&-
        while kill -0 $ends 2>/dev/null; do wait $ends; done
        """;

    internal const string LibvirtdConf = """
        auth_unix_rw = "none"
        unix_sock_group = "root"
        unix_sock_rw_perms = "0700"
        log_outputs = "2:file:/var/log/libvirt/libvirtd.log"
        """;

    internal const string QemuConf = """
        user = "root"
        group = "root"
        security_driver = "none"
        remember_owner = 0
        namespaces = []
        cgroup_controllers = [ "cpu", "cpuacct", "cpuset", "memory", "blkio" ]
        """;
}
