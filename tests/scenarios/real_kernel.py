# SPDX-License-Identifier: MIT
"""swdlink under a real kernel: Debian's, in a virtual machine, with the virtual probe on its USB controller.

In the guest udev applies our rules, and `swdlink serve` runs as an ordinary user of the group plugdev; GDB runs
outside. The kernel comes from SWDLINK_KERNEL, a Debian package linux-image-*-amd64 or the folder it lies in;
nothing of it is installed. QEMU emulates in software, so that neither root nor KVM is needed.
"""

import glob
import lzma
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import descendants
from harness import BUILD, SOURCE, Failed, Gdb, Reader, expect, expect_equal, expect_not, firmware

MODULES = ("drivers/usb/common/usb-common drivers/usb/core/usbcore drivers/usb/host/xhci-hcd "
           "drivers/usb/host/xhci-pci drivers/virtio/virtio_ring drivers/virtio/virtio "
           "drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci "
           "net/core/failover drivers/net/net_failover drivers/net/virtio_net").split()
PORT = 2331

INIT = r"""#!/bin/sh
export PATH=/bin
mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev
chmod 666 /dev/null
for m in MODULES; do insmod /modules/$m.ko; done
systemd-udevd --daemon
ip link set lo up; ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0
tries=0
until grep -q 3748 /sys/bus/usb/devices/*/idProduct 2>/dev/null || [ $tries = 200 ]; do
    sleep 0.05; tries=$((tries + 1))
done
udevadm trigger --action=add --subsystem-match=usb; udevadm settle
echo "node: $(ls -l /dev/bus/usb/*/* | grep plugdev)"
su stranger -c 'swdlink info; echo "stranger: $?"'
su tester -c 'id; exec swdlink serve --listen 10.0.2.15:PORT'
echo "server: $?"
poweroff -f
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def kernel_package():
    where = os.environ.get("SWDLINK_KERNEL", "")
    found = sorted(glob.glob(os.path.join(where, "linux-image-*_amd64.deb"))) if os.path.isdir(where) else [where]
    return found[-1] if found and os.path.isfile(found[-1]) else None


def why_not():
    """What is missing for these tests; None when nothing is."""
    for program, package in (("qemu-system-x86_64", "qemu-system-x86"), ("busybox", "busybox-static"),
                             ("cpio", "cpio"), ("udevadm", "udev"), ("dpkg-deb", "dpkg")):
        if not shutil.which(program):
            return f"{program} is not installed (Debian package {package})"
    if not kernel_package():
        return "SWDLINK_KERNEL names no Debian kernel package (scripts/check fetches one)"
    if "not a dynamic" not in subprocess.run(["ldd", shutil.which("busybox")], capture_output=True, text=True,
                                             check=False).stderr:
        return "busybox is not the static one (Debian package busybox-static)"
    if os.uname().machine != "x86_64":
        return "the guest is an x86-64 machine and runs this computer's programs"
    libraries = subprocess.run(["ldd", os.path.join(BUILD, "swdlink")], capture_output=True, text=True, check=True)
    if "libasan" in libraries.stdout:
        return "the guest is too small for a program with sanitizers"
    return None


def unpack_kernel(folder):
    """The modules that the guest needs, and its kernel without the packing, which boots in half the time."""
    members = ["./boot/vmlinuz*"] + [f"*/kernel/{module}.ko" for module in MODULES]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", kernel_package()], stdout=subprocess.PIPE) as archive:
        subprocess.run(["tar", "-x", "-C", folder, "--wildcards", *members], stdin=archive.stdout, check=True)
    packed = open(glob.glob(f"{folder}/boot/vmlinuz*")[0], "rb").read()
    kernel = os.path.join(folder, "vmlinux")
    with open(kernel, "wb") as file:
        file.write(lzma.LZMADecompressor().decompress(packed[packed.index(b"\xfd7zXZ\0"):]))
    return kernel


def add_program(root, path, name=None):
    """A program and its libraries."""
    shutil.copy(path, os.path.join(root, "bin", name or os.path.basename(path)))
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    for library in re.findall(r"(/\S+)", said):
        inside = root + library
        os.makedirs(os.path.dirname(inside), exist_ok=True)
        shutil.copy(library, inside)


def write(root, path, text, mode=0o644):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def make_guest(folder, unpacked):
    """The guest's first file system, packed."""
    root = os.path.join(folder, "root")
    for name in "bin", "dev", "proc", "sys", "run", "tmp", "modules", "etc":
        os.makedirs(os.path.join(root, name))
    shutil.copy(shutil.which("busybox"), f"{root}/bin/busybox")
    for applet in "sh mount insmod ls grep sleep ip chmod su id poweroff".split():
        os.symlink("busybox", f"{root}/bin/{applet}")
    add_program(root, shutil.which("udevadm"))
    os.symlink("udevadm", f"{root}/bin/systemd-udevd")
    add_program(root, os.path.join(BUILD, "swdlink"))
    for module in MODULES:
        shutil.copy(glob.glob(f"{unpacked}/**/kernel/{module}.ko", recursive=True)[0], f"{root}/modules")
    rules = f"{root}/lib/udev/rules.d"
    os.makedirs(rules)
    shutil.copy("/lib/udev/rules.d/50-udev-default.rules", rules)
    shutil.copy(os.path.join(SOURCE, "contrib", "udev", "60-swdlink.rules"), rules)
    write(root, "etc/passwd", "root:x:0:0::/:/bin/sh\ntester:x:1000:1000::/:/bin/sh\nstranger:x:1001:1001::/:/bin/sh\n")
    write(root, "etc/group", "root:x:0:\nplugdev:x:46:tester\ntester:x:1000:\nstranger:x:1001:\n")
    names = " ".join(os.path.basename(module) for module in MODULES)
    write(root, "init", INIT.replace("MODULES", names).replace("PORT", str(PORT)), 0o755)
    image = os.path.join(folder, "initrd")
    with open(image, "wb") as file:
        subprocess.run("find . | cpio -o -H newc --quiet -R 0:0", shell=True, cwd=root, stdout=file, check=True)
    return image


class Machine:
    def __init__(self, folder):
        kernel = unpack_kernel(folder)
        initrd = make_guest(folder, folder)
        probe, control = os.path.join(folder, "probe"), os.path.join(folder, "control")
        self.sim = subprocess.Popen([os.path.join(BUILD, "swdlink-sim"), "--usbredir", probe, "--control", control],
                                    stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.sim_said = Reader(self.sim.stderr)
        self.control = self._bench(control)
        self.port = free_port()
        self.qemu = subprocess.Popen(
            ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "qemu64", "-M", "q35", "-m", "256", "-nodefaults",
             "-no-user-config", "-display", "none", "-monitor", "none", "-serial", "stdio", "-no-reboot",
             "-kernel", kernel, "-initrd", initrd, "-append",
             "console=ttyS0 quiet panic=-1 mitigations=off nokaslr audit=0 cryptomgr.notests random.trust_cpu=1",
             "-chardev", f"socket,id=probe,path={probe}", "-device", "qemu-xhci", "-device", "usb-redir,chardev=probe",
             "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-10.0.2.15:{PORT}",
             "-device", "virtio-net-pci,netdev=net,romfile="],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self.console = Reader(self.qemu.stdout)
        self.gdb = None

    def _bench(self, path):
        bench = socket.socket(socket.AF_UNIX)
        for _ in range(1200):
            try:  # the socket is in its folder a moment before it listens
                bench.connect(path)
                return bench
            except (FileNotFoundError, ConnectionRefusedError):
                pass
            try:
                self.sim.wait(0.05)
                raise Failed("swdlink-sim: " + "\n".join(self.sim_said.lines))
            except subprocess.TimeoutExpired:
                pass
        raise Failed("swdlink-sim does not open its control socket")

    def tell(self, line):
        self.control.send(line.encode() + b"\n")
        expect("^ok", self.control.recv(4096).decode())

    def wait(self, pattern):
        return self.console.wait(lambda lines: re.search(pattern, "\n".join(lines), re.MULTILINE), f"/{pattern}/")

    def close(self):
        if self.gdb:
            self.gdb.quit()
        for process in self.qemu, self.sim:
            process.kill()
            process.wait()


def the_rules_give_the_node_to_the_group_plugdev(machine):
    expect(r"^crw-rw----\s.*plugdev", machine.wait(r"^node: (.*)$").group(1))


def somebody_else_is_told_that_the_permission_is_missing(machine):
    expect_equal("1", machine.wait(r"^stranger: (\d+)").group(1))
    expect(r"(?i)permission|may not|not allowed", "\n".join(machine.console.lines))


def an_ordinary_user_serves(machine):
    expect(r"uid=1000\(tester\)", machine.wait(r"^uid=.*$").group(0))
    machine.wait(r"Listening")


def gdb_outside_loads_runs_and_stops(machine):
    machine.gdb = gdb = Gdb(firmware("session.elf"))
    expect_not("^error", gdb.cmd(f"target extended-remote 127.0.0.1:{machine.port}"))
    expect("Transfer rate", gdb.cmd("load"))
    expect_not("^error|MIS-MATCHED", gdb.cmd("compare-sections"))
    expect(r"compute \(a=1, b=.*2\)", gdb.cmds("monitor reset halt", "maintenance flush register-cache",
                                               "break compute", "continue"))
    gdb.cmd("set var *(int *)0x20000f00 = 0x1234")
    expect_equal(0x1234, gdb.value("*(int *)0x20000f00"))


def unplugged_in_the_middle_it_says_so_and_goes_on_when_it_is_back(machine):
    machine.tell("unplug")
    machine.gdb.cmd("maintenance flush register-cache")
    machine.gdb.cmd("x/4xw 0x20000f00")
    machine.gdb.quit()
    machine.tell("plug")
    machine.wait("the target is back")
    machine.gdb = again = Gdb(firmware("session.elf"))
    expect_not("^error", again.cmd(f"target extended-remote 127.0.0.1:{machine.port}"))
    expect_equal(0x1234, again.value("*(int *)0x20000f00"))
    expect(r"compute \(a=", again.cmds("monitor reset halt", "maintenance flush register-cache", "tbreak compute",
                                       "continue"))


STEPS = (the_rules_give_the_node_to_the_group_plugdev, somebody_else_is_told_that_the_permission_is_missing,
         an_ordinary_user_serves, gdb_outside_loads_runs_and_stops,
         unplugged_in_the_middle_it_says_so_and_goes_on_when_it_is_back)


def main():
    why = why_not()
    if why:
        print(f"1..0 # SKIP {why}")
        return 0
    print(f"1..{len(STEPS)}", flush=True)
    failed = False
    descendants.adopt()
    with tempfile.TemporaryDirectory() as folder, descendants.none_left():
        machine = Machine(folder)
        try:
            for number, step in enumerate(STEPS, 1):
                name = step.__name__.replace("_", " ")
                if failed:
                    print(f"not ok {number} - {name}")
                    continue
                try:
                    step(machine)
                    print(f"ok {number} - {name}", flush=True)
                except (Failed, OSError, subprocess.SubprocessError) as error:
                    failed = True
                    print("\n".join("# " + line for line in str(error).splitlines()))
                    print("\n".join("# guest: " + line for line in machine.console.lines[-40:]))
                    print(f"not ok {number} - {name}", flush=True)
        finally:
            machine.close()
    return 1 if failed else 0


sys.exit(main())
