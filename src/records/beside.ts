import path from 'node:path';
import {hasFailed} from '../outcome.ts';
import type {Report} from '../report.ts';

/** What another process wrote beside the journal: the journal has it too. */
export const besideOf = ({certificates}: Report): Map<string, string> =>
	new Map(certificates.map(({path: file, text}) => [path.basename(file), text]));

/** Without the certificates that do not stand any more. */
export const standing = (
	report: Report,
	beside: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => {
	const fallen = report.certificates.filter(({device}) => hasFailed(report, device));
	const names = new Set(fallen.map(({path: file}) => path.basename(file)));
	return new Map([...beside].filter(([name]) => !names.has(name)));
};
