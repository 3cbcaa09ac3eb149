import {ask, type Learnt} from '../../devices/drive/ask.ts';
import {parseSanitizeLog} from '../../devices/drive/nvme-sanitize-log.ts';
import type {NvmeSanitizeStatus} from '../../devices/drive.ts';
import type {Tools} from '../../process.ts';

const timeoutMs = 30_000;

/** The Sanitize Status log of the drive that a namespace is on. */
export const readSanitizeStatus = async (tools: Tools, node: string): Promise<Learnt<NvmeSanitizeStatus>> =>
	ask({tools, node, timeoutMs}, ['nvme', 'sanitize-log', node, '--output-format=json'], ({stdout}) =>
		parseSanitizeLog(stdout),
	);
