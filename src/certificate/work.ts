import {type Canary, seedHash} from '../content/canary.ts';
import {SanitizeError} from '../errors.ts';
import type {Plan} from '../plan.ts';
import type {Erased} from '../report/erased.ts';
import type {DeviceReport} from '../report.ts';

/** The part of a certificate that says what was done; of a device that is sanitized. */
export const describeWork = ({planned, erased, verification, leaves}: DeviceReport, {tool}: Plan) => {
	if (!erased || verification?.result !== 'passed') {
		throw new SanitizeError('INTERNAL', 'a sanitized device was neither erased nor verified');
	}

	const isDriveDefined = leaves?.kind === 'drive-defined';
	const {coverage, percent, result, verifiedBytes, isDirect, sampling} = verification;
	return {
		method: erased.method,
		technique: erased.technique,
		tool: {
			...tool,
			eraser: erased.eraser,
			program: {...erased.tool},
			...(isDriveDefined && planned.eraser?.command && {command: [...planned.eraser.command]}),
			...(erased.scheme && {scheme: describeScheme(erased.scheme)}),
		},
		...(leaves && {holds: (isDriveDefined && verification.found) || leaves}),
		...(erased.canary && {canary: describeCanary(erased.canary)}),
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
