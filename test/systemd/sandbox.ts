/**
 * The sandbox that systemd makes of plume.service, made by `unshare` where no
 * systemd runs, from the unit's own lines. A line that is neither applied here
 * nor listed as one that needs systemd itself makes this fail.
 */
import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

/** Some user that owns nothing, as DynamicUser= picks one. */
const USER = 61_184;

/** What systemd itself or the kernel of its cgroup does, or what the others imply: no capability is left, and no device. */
const NOT_APPLIED = new Set([
	...["Type", "NotifyAccess", "WatchdogSec", "TimeoutStartSec"],
	...["TimeoutStopSec", "Restart", "RestartSec", "RestartPreventExitStatus"],
	...["StateDirectoryMode", "RemoveIPC", "KeyringMode"],
	...["ProtectClock", "ProtectKernelLogs", "ProtectKernelModules"],
	...["DevicePolicy", "LockPersonality", "RestrictRealtime"],
	...["RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallErrorNumber"],
	...["ProtectControlGroups", "ProtectKernelTunables"],
	...["IPAddressDeny", "IPAddressAllow"],
]);

/** Mounts that a line of the unit asks for, in shell. `$w` is a scratch folder. */
const MOUNTS: Readonly<Record<string, string>> = {
	"ProtectHome=yes": `for at in /home /root /run/user; do
			[ ! -d $at ] || mount -t tmpfs -o mode=000,ro tmpfs $at
		done`,
	"PrivateTmp=yes": `mount -t tmpfs -o mode=1777 tmpfs /tmp
		mount -t tmpfs -o mode=1777 tmpfs /var/tmp`,
	"PrivateDevices=yes": `mkdir $w/dev
		mount -t tmpfs -o mode=755,noexec tmpfs $w/dev
		for name in null zero full random urandom tty; do
			touch $w/dev/$name; mount --bind /dev/$name $w/dev/$name
		done
		mkdir -m 1777 $w/dev/shm; ln -s /proc/self/fd $w/dev/fd
		mount --rbind $w/dev /dev; mount -o remount,bind,ro /dev`,
	"ProcSubset=pid": "proc=$proc,subset=pid",
	"ProtectProc=invisible": "proc=$proc,hidepid=invisible",
};

/** Lines that become arguments of `unshare`, `setpriv` or the filter, each with what it must say. */
const OTHERS: Readonly<Record<string, RegExp>> = {
	ExecStart:
		/^\/usr\/bin\/node (--\S+ )+\/opt\/plume\/dist\/src\/main\.js serve$/,
	ExecReload: /^\/usr\/bin\/node \/opt\/plume\/dist\/src\/main\.js reload$/,
	Environment: /./,
	LoadCredential: /^MAILGUN_APIKEY:/,
	LimitNOFILE: /^\d+$/,
	DynamicUser: /^yes$/,
	StateDirectory: /^plume$/,
	UMask: /^0077$/,
	ProtectSystem: /^strict$/,
	PrivateUsers: /^yes$/,
	PrivateIPC: /^yes$/,
	PrivateMounts: /^yes$/,
	ProtectHostname: /^yes$/,
	CapabilityBoundingSet: /^$/,
	AmbientCapabilities: /^$/,
	NoNewPrivileges: /^yes$/,
	RestrictNamespaces: /^yes$/,
	RestrictAddressFamilies: /^AF_UNIX AF_INET AF_INET6$/,
	SystemCallFilter: /^~?@/,
};

/** Loads a filter of system calls and runs a program: `allowed`, then the program. */
const FILTER = `
import ctypes, os, sys
lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
EPERM, ALLOW, AF = 0x00050001, 0x7FFF0000, (1, 2, 10)
class Compare(ctypes.Structure):
    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]
context = ctypes.c_void_p(lib.seccomp_init(EPERM))
for name in sys.argv[1].split():
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if name == "socket":
        for family in AF:
            equal = (Compare * 1)(Compare(0, 4, family, 0))
            lib.seccomp_rule_add_array(context, ALLOW, number, 1, equal)
    elif number != -1:
        lib.seccomp_rule_add_array(context, ALLOW, number, 0, None)
if lib.seccomp_load(context) != 0: sys.exit("seccomp_load failed")
os.execv(sys.argv[2], sys.argv[2:])
`;

/** Those that a list of groups allows, the refused ones taken out. */
async function systemCalls(filters: readonly string[]): Promise<string> {
	const allowed = new Set<string>();
	for (const filter of filters)
		for (const group of filter.replace("~", "").split(" "))
			for (const call of await callsOf(group))
				if (filter.startsWith("~")) allowed.delete(call);
				else allowed.add(call);
	// RestrictNamespaces=yes.
	for (const call of ["unshare", "setns"]) allowed.delete(call);
	return [...allowed].join(" ");
}

async function callsOf(group: string): Promise<string[]> {
	const { stdout } = await exec("systemd-analyze", ["syscall-filter", group]);
	const names = stdout
		.split("\n")
		.slice(1)
		.map((line) => line.trim());
	const wanted = names.filter((name) => /^@?\w/.test(name));
	const all = wanted.map((name) =>
		name.startsWith("@") ? callsOf(name) : [name],
	);
	return (await Promise.all(all)).flat();
}

export interface SandboxParts {
	/** The text of the unit. */
	readonly unit: string;
	/** What an operator adds by `systemctl edit`. */
	readonly environment: Readonly<Record<string, string>>;
	/** A folder that becomes /run/systemd: the notify socket is in it. */
	readonly notify: string;
}

/** Throws with what to type if this machine can't make the sandbox. */
async function checkMeans(): Promise<void> {
	if (process.getuid?.() !== 0)
		throw new Error("the unit's sandbox is made by root: type sudo npm test");
	const load = 'import ctypes; ctypes.CDLL("libseccomp.so.2")';
	await exec("/usr/bin/python3", ["-c", load])
		.then(() => exec("systemd-socket-activate", ["--version"]))
		.catch(({ message }) => {
			const install = "apt-get install -y systemd python3 libseccomp2";
			throw new Error(`the unit's sandbox needs ${install} (${message})`);
		});
}

/** Makes what a shell needs to become a process of the unit; answers the lines to type for each of its programs. */
export async function sandbox(parts: SandboxParts) {
	const lines = serviceLines(parts.unit);
	for (const [name, value] of lines) {
		const isApplied = `${name}=${value}` in MOUNTS || OTHERS[name]?.test(value);
		if (!isApplied && !NOT_APPLIED.has(name))
			throw new Error(`test/systemd/sandbox.ts does not know ${name}=${value}`);
	}
	await checkMeans();
	const valuesOf = (wanted: string) =>
		lines.flatMap(([name, value]) => (name === wanted ? value : []));
	const folder = await mkdtemp(join(tmpdir(), "plume-sandbox-"));
	const [data, credentials] = [join(folder, "data"), join(folder, "keys")];
	for (const path of [data, credentials]) {
		await mkdir(path, { mode: 0o700 });
		await chown(path, USER, USER);
	}
	const key = join(credentials, "MAILGUN_APIKEY");
	await writeFile(key, "key\n", { mode: 0o400 });
	await chown(key, USER, USER);
	await writeFile(join(folder, "filter.py"), FILTER);
	const environment = Object.entries({
		...{
			PATH: "/usr/local/bin:/usr/bin:/bin",
			STATE_DIRECTORY: "/var/lib/plume",
		},
		...{
			CREDENTIALS_DIRECTORY: "/run/credentials",
			NOTIFY_SOCKET: "/run/systemd/notify",
		},
		...Object.fromEntries(
			valuesOf("Environment")
				.flatMap((value) => value.split(" "))
				.map((word) => word.split("=")),
		),
		...parts.environment,
	});
	const mounts = lines.flatMap(
		([name, value]) => MOUNTS[`${name}=${value}`] ?? [],
	);
	const script = `set -eu
		ulimit -n ${valuesOf("LimitNOFILE")[0]}
		umask 0022
		w=/mnt; proc=rw; mount -t tmpfs tmpfs $w
		mount -t tmpfs tmpfs /opt; mkdir -p /opt/plume; touch /opt/node
		mount --bind ${process.execPath} /opt/node
		for name in dist node_modules; do
			mkdir $w/$name; mount --bind "$1/$name" $w/$name
		done
		mkdir $w/keep $w/keep/data $w/keep/keys $w/keep/notify
		mount --bind ${data} $w/keep/data
		mount --bind ${credentials} $w/keep/keys
		mount --bind ${parts.notify} $w/keep/notify
		cp ${folder}/filter.py /opt/filter.py
		mount -t tmpfs tmpfs /var/lib; mkdir /var/lib/plume
		mount -t tmpfs tmpfs /run; mkdir /run/credentials /run/systemd
		for name in dist node_modules; do
			mkdir /opt/plume/$name; mount --bind $w/$name /opt/plume/$name
		done
		cp "$1/package.json" /opt/plume
		mount --bind $w/keep/keys /run/credentials
		mount --bind $w/keep/notify /run/systemd
		${mounts.join("\n")}
		# ProtectSystem=strict: everything but what is mounted anew below.
		cut -d" " -f5 /proc/self/mountinfo | while read -r at; do
			case $at in /proc*|/tmp|/var/tmp|/dev/shm) ;; *)
				mount -o remount,bind,ro "$at" 2>/dev/null || true ;;
			esac
		done
		mount --bind $w/keep/data /var/lib/plume
		mount -o remount,bind,rw /var/lib/plume
		mount -t proc -o $proc proc /proc
		cd /
		umask ${valuesOf("UMask")[0]}
		exec setpriv --reuid ${USER} --regid ${USER} --clear-groups \\
			unshare --user --keep-caps --map-user=${USER} --map-group=${USER} \\
			setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all \\
			/usr/bin/python3 /opt/filter.py "${await systemCalls(valuesOf("SystemCallFilter"))}" \\
			/usr/bin/env -i ${environment.map(([name, value]) => `'${name}=${value}'`).join(" ")} \\
			$2
	`;
	const path = join(folder, "sandbox.sh");
	await writeFile(path, script);
	const root = await realpath(".");
	const lineOf = (name: string) => {
		const program = `${valuesOf(name)}`.replace("/usr/bin/node", "/opt/node");
		return `exec unshare --mount --ipc --uts --propagation private sh ${path} ${root} '${program}'`;
	};
	return { start: lineOf("ExecStart"), reload: lineOf("ExecReload") };
}

/** The lines of [Service], continued ones joined. */
function serviceLines(unit: string): (readonly [string, string])[] {
	const [, service = ""] = unit.split("[Service]\n");
	const [own = ""] = service.split("\n[");
	return own.split("\n").flatMap((line) => {
		const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
		return name === undefined ? [] : [[name, value ?? ""] as const];
	});
}
