import {type Canary, seedHash} from '../content/canary.ts';
import {SanitizeError} from '../errors.ts';
import type {Plan} from '../plan.ts';
import type {Erased} from '../report/erased.ts';
import type {DeviceReport} from '../report.ts';

/** The part of a certificate that says what was done; of a device that is sanitized. */
export const describeWork = ({planned, purged, erased, verification, leaves}: DeviceReport, {tool}: Plan) => {
	if (!erased || verification?.result !== 'passed') {
		throw new SanitizeError('INTERNAL', 'a sanitized device was neither erased nor verified');
	}

	const isDriveDefined = leaves?.kind === 'drive-defined';
	const {coverage, percent, result, verifiedBytes, isDirect, sampling} = verification;
	const done = purged ?? erased;
	const {notPurged} = planned;
	const command = purged ? planned.purge?.command : isDriveDefined ? planned.eraser?.command : undefined;
	return {
		method: done.method,
		technique: done.technique,
		...(notPurged !== undefined && done.method === 'clear' && {notPurged}),
		tool: {...tool, ...describeTool(done), ...(command && {command: [...command]})},
		...(purged && {overwrite: {...describeTool(erased), writtenBytes: erased.writtenBytes}}),
		...(leaves && {holds: (isDriveDefined && verification.found) || leaves}),
		...(done.canary && {canary: describeCanary(done.canary)}),
		verification: {
			coverage,
			percent,
			result,
			verifiedBytes,
			isDirect,
			...(sampling && {sampling: {...sampling}}),
		},
		writtenBytes: erased.writtenBytes,
		unwritable: [],
	};
};

const describeTool = ({eraser, tool, scheme}: Erased) => ({
	eraser,
	program: {...tool},
	...(scheme && {scheme: describeScheme(scheme)}),
});

const describeCanary = ({blocks, blockBytes, seed}: Canary) => ({
	blocks,
	blockBytes,
	seedSha256: seedHash({seed}),
});

const describeScheme = ({name, passes}: NonNullable<Erased['scheme']>) => {
	const incomplete = passes.flatMap(({unwritable}, index) =>
		unwritable ? [{pass: index + 1, unwritableBytes: unwritable.bytes}] : [],
	);
	return {name, passes: passes.length, ...(incomplete.length > 0 && {incomplete})};
};
