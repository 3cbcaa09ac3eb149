import type {Act} from '../case.ts';

interface FakeDd {
	/** Shell script that runs when it is first tried out, before anything is committed. */
	readonly onVersion?: string;
	/** Shell script in place of writing. `$node` is what it shall write to. */
	readonly onWrite?: string;
}

const realDd = '/usr/bin/dd';

/** A dd in front of the real one: it does something at a moment that can be hit in no other way, or lies. */
export const fakeDd =
	(
		make:
			| FakeDd
			| ((of: {readonly target: string; readonly store: string; readonly directory: string}) => FakeDd),
	): Act =>
	async ({tool, place}, {target, store = ''}) => {
		const {onVersion = '', onWrite = ''} =
			typeof make === 'function' ? make({target, store, directory: place.directory}) : make;
		await tool(
			'dd',
			`real=${realDd}
case "$*" in
	--version)
		${onVersion || ':'} ;;
	*of=/dev/full*) ;;
	*)
		for word in "$@"; do case $word in of=*) node=\${word#of=} ;; esac; done
		${onWrite || ':'} ;;
esac
exec $real "$@"`,
		);
	};

/** What GNU dd says at the end of a device. */
export const ddReport = (bytes: number): string =>
	[
		`echo "dd: error writing '$node': No space left on device" >&2`,
		"echo '1+0 records in' >&2; echo '0+0 records out' >&2",
		`echo '${bytes} bytes (1 MB, 1 MiB) copied, 1 s, 1 MB/s' >&2; exit 1`,
	].join('; ');
