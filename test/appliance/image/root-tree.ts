import path from 'node:path';
import {$} from 'zx';

/** The release that the guests run, whatever the machine has. */
const release = 'bookworm';

const packages = [
	'systemd systemd-sysv udev dbus libpam-systemd login passwd util-linux mount procps kmod',
	'e2fsprogs lvm2 cryptsetup-bin cryptsetup-initramfs initramfs-tools busybox zstd linux-image-cloud-amd64',
	'openssh-server iproute2 nvme-cli',
]
	.join(' ')
	.replaceAll(' ', ',');

const left = ['doc', 'man', 'info', 'locale', 'i18n', 'lintian', 'bash-completion', 'zoneinfo'];

const sourceFormat = 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)';

/** Debian's own repositories of the release, one `deb` line each, as this machine's apt knows them. */
const aptSources = async (): Promise<string> => {
	const lines =
		await $`apt-get indextargets --format ${sourceFormat} ${'Created-By: Packages'} ${'Origin: Debian'}`.lines();
	const sources = lines.filter(line => line.split(' ')[2]?.startsWith(release));
	if (sources.length === 0) {
		throw new Error(`apt knows no repository of Debian's ${release}: run apt-get update, or add one`);
	}

	return [...new Set(sources)].join('\n');
};

// How this machine reaches its repositories; mmdebstrap's apt starts without it.
const aptOptions = async (): Promise<readonly string[]> => {
	const lines = await $`apt-config dump`.lines();
	return lines.filter(line => /^Acquire::(?:https?|Retries)\b.* ".+";$/.test(line));
};

/** Makes a root tree of the guest in `directory`, which must not exist. Needs root. */
export const makeRootTree = async (directory: string): Promise<void> => {
	const options = [
		...(await aptOptions()).map(option => `--aptopt=${option}`),
		...left.map(name => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
		`--essential-hook=cp -R '${path.join(import.meta.dirname, '../guest')}/.' "$1"`,
		`--customize-hook='${path.join(import.meta.dirname, 'customize')}' "$1"`,
	];
	const fixed = [
		'--quiet',
		'--variant=minbase',
		'--mode=root',
		'--format=directory',
		`--include=${packages}`,
	];
	await $({input: await aptSources(), quiet: true})`mmdebstrap ${fixed} ${options} ${release} ${directory} -`;
};
