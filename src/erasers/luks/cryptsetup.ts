import type {Learnt} from '../../devices/drive/ask.ts';
import {readLuks} from '../../devices/drive/luks.ts';
import type {LuksFacts} from '../../devices/drive/luks-facts.ts';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';

const timeoutMs = 30_000;

// `cryptsetup 2.6.1 flags: UDEV BLKID KEYRING KERNEL_CAPI`.
const pattern = /^cryptsetup (\d+)\.(\d+)\S*/m;

export interface Cryptsetup {
	readonly tool: EraseResult['tool'];
	readonly major: number;
	readonly minor: number;
}

/** @throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
export const requireCryptsetup = async (tools: Tools, signal: AbortSignal): Promise<Cryptsetup> => {
	const {stdout} = await tools.run('cryptsetup', ['--version'], {timeoutMs, signal});
	const [words, major, minor] = pattern.exec(stdout) ?? [];
	if (words === undefined) {
		throw new SanitizeError('UNSUPPORTED', 'this cryptsetup does not tell its version', {
			hint: 'install cryptsetup-bin (apt-get install cryptsetup-bin), or use another eraser: zeroize erasers',
		});
	}

	const version = words.slice('cryptsetup '.length);
	return {tool: {name: 'cryptsetup', version}, major: Number(major), minor: Number(minor)};
};

/** The header as it is now. */
export const readHeader = async (tools: Tools, node: string): Promise<Learnt<LuksFacts>> => {
	const {luks, unknown} = await readLuks({tools, node, timeoutMs});
	return luks ? {found: luks} : {why: unknown?.[0]?.why ?? 'cryptsetup says nothing'};
};
