import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import {shown} from '../../shown.ts';
import {togetherByTools} from './together.ts';

/** What the kernel says when the device itself is asked. */
export interface Geometry {
	readonly totalBytes: number;
	readonly logicalSectorBytes: number | null;
	readonly physicalSectorBytes: number | null;
	readonly readOnly: boolean | null;
}

/**
@throws SanitizeError DEVICE_EMPTY (no medium), DEVICE_MISSING, NO_PERMISSION, TOOL_MISSING, TOOL_FAILED.
*/
export const readGeometry = async (node: string, tools: Tools): Promise<Geometry> =>
	readTogether(tools, node);

const readTogether = togetherByTools<string, Geometry>(async (tools, nodes) => {
	const all = nodes.length > 1 ? await readAll(nodes, tools).catch(() => undefined) : undefined;
	// One that fails keeps blockdev from the others, so each is asked for itself.
	return all ?? nodes.map(async node => readOne(node, tools));
});

const readAll = async (nodes: readonly string[], tools: Tools): Promise<Geometry[] | undefined> => {
	const {stdout} = await runBlockdev(nodes, tools, [0]);
	const lines = stdout.trim().split('\n');
	const found = nodes.map((_, index) =>
		toGeometry(lines.slice(index * questions.length, (index + 1) * questions.length)),
	);
	return lines.length === nodes.length * questions.length && found.every(one => one !== undefined)
		? found
		: undefined;
};

const readOne = async (node: string, tools: Tools): Promise<Geometry> => {
	const {exitCode, stdout, stderr} = await runBlockdev([node], tools, [0, 1]);
	const geometry = toGeometry(stdout.trim().split('\n'));
	if (exitCode !== 0 || !geometry) {
		throw toError(node, stderr.trim() || stdout.trim() || 'no size');
	}

	return geometry;
};

const questions = ['--getsize64', '--getss', '--getpbsz', '--getro'] as const;

const runBlockdev = async (nodes: readonly string[], tools: Tools, accept: readonly number[]) =>
	tools.run('blockdev', [...questions, ...nodes], {accept, timeoutMs: 30_000});

const toGeometry = (lines: readonly string[]): Geometry | undefined => {
	const [totalBytes, logical, physical, readOnly] = lines.map(toInteger);
	if (totalBytes === undefined || totalBytes === null) {
		return undefined;
	}

	return {
		totalBytes,
		// Nothing has sectors of no bytes.
		logicalSectorBytes: logical || null,
		physicalSectorBytes: physical || null,
		readOnly: typeof readOnly === 'number' ? readOnly !== 0 : null,
	};
};

const toInteger = (line: string): number | null => {
	const value = Number(line);
	return /^\d+$/.test(line) && Number.isSafeInteger(value) ? value : null;
};

const toError = (node: string, reason: string): SanitizeError => {
	const message = `asking ${node} for its size: ${shown(reason)}`;
	if (/Permission denied|Operation not permitted/.test(reason)) {
		return new SanitizeError('NO_PERMISSION', message, {hint: 'run zeroize as root'});
	}

	if (reason.includes('No medium found')) {
		return new SanitizeError('DEVICE_EMPTY', message, {hint: 'insert the medium, then try again'});
	}

	if (/No such (file|device)/.test(reason)) {
		return new SanitizeError('DEVICE_MISSING', message, {hint: 'see zeroize devices for what is here'});
	}

	return new SanitizeError('TOOL_FAILED', message, {hint: `run blockdev --getsize64 ${node} by hand`});
};
