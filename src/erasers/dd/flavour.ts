import {stat} from 'node:fs/promises';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';
import {once} from '../tool/once.ts';
import {createDdReader} from './report.ts';
import {isFull} from './verdict.ts';

const timeoutMs = 10_000;

const gnu = /^dd \((?:GNU )?coreutils\) (\S+)/;

// Measured with busybox 1.35.0 and uutils 0.0.17; uutils 0.8.0 is reported to do the same.
const unfit: ReadonlyArray<{readonly pattern: RegExp; readonly name: string; readonly reason: string}> = [
	{
		pattern: /^BusyBox v(\S+)/,
		name: 'BusyBox',
		reason: 'it gives no byte count, and would create a device node that has gone',
	},
	{
		pattern: /dd (?:\(uutils coreutils\) )?(\d\S*)$/m,
		name: 'uutils',
		reason: 'it gives no byte count at the end of a device, and cannot write past the page cache',
	},
];

const hint = 'install GNU coreutils (apt-get install coreutils), or use the eraser direct';

const tryOut = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const {stdout, stderr} = await tools.run('dd', ['--version'], {accept: [0, 1], timeoutMs, signal});
	const answer = `${stdout}${stderr}`;
	const version = gnu.exec(answer)?.[1];
	if (version === undefined) {
		throw new SanitizeError('UNSUPPORTED', describeUnfit(answer), {hint});
	}

	await requireKnownEnd(tools, signal);
	return {name: 'dd (coreutils)', version};
};

/**
Makes sure, before anything is written, that dd is the one whose end we can judge.
@throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED.
*/
export const requireGnuDd = once(tryOut);

const describeUnfit = (answer: string): string => {
	for (const {pattern, name, reason} of unfit) {
		const version = pattern.exec(answer)?.[1];
		if (version !== undefined) {
			return `this dd is ${name} ${version}, which cannot prove what it wrote: ${reason}`;
		}
	}

	return 'this dd is not GNU coreutils, and what it would say at the end of a device is not known';
};

// /dev/full answers like a device at its end, so the words on which success hangs are seen before the first write.
const requireKnownEnd = async (tools: Tools, signal: AbortSignal): Promise<void> => {
	await requireFullDevice();
	const args = ['if=/dev/zero', 'of=/dev/full', 'bs=1M', 'conv=nocreat', 'status=progress'];
	const {exitCode, stderr} = await tools.run('dd', args, {accept: [0, 1], timeoutMs, signal});
	const reader = createDdReader();
	reader.push(stderr);
	const {finalBytes, messages} = reader.report();
	if (exitCode !== 1 || finalBytes !== 0 || messages.length !== 1 || !messages.every(isFull)) {
		const message = `this dd does not end as expected on a full device: ${stderr.trim().replaceAll(/\p{Cc}+/gu, '; ')}`;
		throw new SanitizeError('UNSUPPORTED', message, {hint});
	}
};

// Character device 1:7, whatever its name leads to: Documentation/admin-guide/devices.txt.
const fullDevice = 0x107;

const requireFullDevice = async (): Promise<void> => {
	const stats = await stat('/dev/full').catch(() => null);
	if (!stats?.isCharacterDevice() || stats.rdev !== fullDevice) {
		throw new SanitizeError(
			'UNSUPPORTED',
			'dd cannot be tried out: /dev/full is not the device that it should be',
			{
				hint: 'mount devtmpfs on /dev, or use the eraser direct',
			},
		);
	}
};
