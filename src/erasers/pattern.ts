import {createHash, randomBytes} from 'node:crypto';
import packageJson from '../../package.json' with {type: 'json'};
import type {AnnouncedContent, Content} from '../content.ts';
import {noRanges} from '../ranges.ts';
import {
	defineEraser,
	type EraseContext,
	type ErasePoint,
	type EraseResult,
	type Pass,
	supported,
	unsupported,
} from './eraser.ts';
import {drawPasses} from './pattern/scheme.ts';
import {schemes} from './pattern/schemes.ts';
import {overwrite} from './writing/overwrite.ts';
import {requireRunning} from './writing/require-running.ts';
import {createSalvage, type Salvage} from './writing/salvage.ts';
import {createBuffers, createSource} from './writing/source.ts';

export default defineEraser({
	name: 'pattern',
	summary:
		"overwrite by a scheme of one or more passes, named as nwipe's methods (--scheme); more than one pass adds nothing on today's media (NIST SP 800-88r2 section 3.1.1)",
	method: 'clear',
	technique: 'overwrite',
	leaves: 'last-pass',
	schemes,
	tools: [],
	supports: ({readOnly}) => (readOnly ? unsupported('it is read-only') : supported),
	command: () => undefined,
	// It starts anew where another was interrupted: with fresh keys, nothing of the old passes counts.
	async *erase(context) {
		const {device, signal, scheme = schemes[0], commit, announcePass} = context;
		requireRunning(device, signal, 0);
		await commit();
		const contents = drawPasses(scheme?.passes ?? [], randomBytes);
		const buffers = createBuffers();
		const passes: Pass[] = [];
		let salvage = createSalvage(context);
		let most = 0;
		let last: Written = {writtenBytes: 0, pass: {content: {kind: 'zeros'}}};
		for (const [index, content] of contents.entries()) {
			requireRunning(device, signal, most);
			announcePass({pass: index + 1, passes: contents.length, content: committedTo(content)});
			salvage = salvage.next(createSource(content, device.facts.logicalSectorBytes, buffers));
			last = yield* writePass(context, salvage, {index, count: contents.length, most});
			most = Math.max(most, last.writtenBytes);
			passes.push(last.pass);
		}

		warnOfGaps(context, passes);
		return resultOf(last, passes);
	},
});

interface Written {
	readonly writtenBytes: number;
	readonly pass: Pass;
}

interface Place {
	/** From 0. */
	readonly index: number;
	readonly count: number;
	/** The most bytes that a pass before has written. */
	readonly most: number;
}

async function* writePass(
	{device, signal}: EraseContext,
	salvage: Salvage,
	{index, count, most}: Place,
): AsyncGenerator<ErasePoint, Written, undefined> {
	const {totalBytes} = device.facts;
	const start = {from: 0, writtenBytes: 0, reachedTo: 0};
	const checkRunning = (bytes: number) => requireRunning(device, signal, Math.max(most, bytes));
	const writing = overwrite({device, salvage, requireRunning: checkRunning}, start);
	let writtenBytes = 0;
	for await (const point of writing) {
		({writtenBytes} = point);
		yield {
			writtenBytes: Math.max(most, writtenBytes),
			reachedTo: 0,
			allPasses: {bytes: index * totalBytes + writtenBytes, totalBytes: count * totalBytes},
		};
	}

	checkRunning(writtenBytes);
	const {unwritable, ...end} = await salvage.finish();
	if (index < count - 1) {
		// A pass that only the drive's cache has seen would be none.
		await device.sync();
	}

	const pass = {content: salvage.source.content, ...(unwritable.count > 0 && {unwritable})};
	return {writtenBytes: writtenBytes + end.writtenBytes, pass};
}

const committedTo = (content: Content): AnnouncedContent =>
	content.kind === 'aes-256-ctr'
		? {
				kind: content.kind,
				keySha256: createHash('sha256').update(Buffer.from(content.key, 'hex')).digest('hex'),
			}
		: content;

/** Where a pass did not get, fewer passes went over the device than the scheme has. What the last one could not write is told elsewhere. */
const warnOfGaps = ({device, warn}: EraseContext, passes: readonly Pass[]): void => {
	const gaps = passes
		.slice(0, -1)
		.flatMap(({unwritable}, index) => (unwritable ? [{index, unwritable}] : []));
	const [first] = gaps;
	const place = first?.unwritable.listed[0];
	if (first && place) {
		const others = gaps.length === 1 ? '' : `, and ${gaps.length - 1} more of its passes had such places`;
		warn({
			code: 'WRITE_FAILED',
			message: `${device.facts.path}: pass ${first.index + 1} of ${passes.length} could not write ${first.unwritable.bytes} bytes, the first ${place.length} at offset ${place.offset}${others}`,
			hint: 'the last pass counts; the device or its cable is failing: look at the kernel log',
		});
	}
};

const resultOf = ({writtenBytes, pass}: Written, passes: readonly Pass[]): EraseResult => ({
	writtenBytes,
	unwritable: pass.unwritable ?? noRanges,
	tool: {name: 'zeroize pattern', version: packageJson.version},
	passes,
});
