import {ask, type Learnt} from '../../devices/drive/ask.ts';
import {anyExitCode, parseOpal} from '../../devices/drive/opal.ts';
import type {OpalFacts} from '../../devices/drive.ts';
import {SanitizeError} from '../../errors.ts';
import type {Tools} from '../../process.ts';
import type {EraseResult} from '../eraser.ts';

const timeoutMs = 30_000;

// `sedutil-cli v1.20.0 © 2014 Bright Plaza Inc.`; before 1.20 `Sedutil v1.15.1 Copyright 2014 …`.
const pattern = /^sedutil(?:-cli)? v(\S+)/im;

/** @throws SanitizeError UNSUPPORTED, TOOL_MISSING, TOOL_FAILED, INTERRUPTED. */
export const requireSedutil = async (tools: Tools, signal: AbortSignal): Promise<EraseResult['tool']> => {
	const {stdout, stderr} = await tools.run('sedutil-cli', ['--help'], {
		...{timeoutMs, signal},
		accept: anyExitCode,
	});
	const version = pattern.exec(stdout + stderr)?.[1];
	if (version === undefined) {
		throw new SanitizeError('UNSUPPORTED', 'this sedutil-cli does not tell its version', {
			hint: 'install sedutil of the Drive Trust Alliance, or use another eraser: zeroize erasers',
		});
	}

	return {name: 'sedutil-cli', version};
};

/** What the drive says of itself now. */
export const queryOpal = async (tools: Tools, node: string): Promise<Learnt<OpalFacts>> => {
	const learnt = await ask(
		{tools, node, timeoutMs},
		['sedutil-cli', '--query', node],
		({stdout, stderr}) => parseOpal(stdout + stderr),
		{accept: anyExitCode},
	);
	if ('why' in learnt) {
		return learnt;
	}

	return learnt.found ? {found: learnt.found} : {why: 'sedutil-cli takes it for no TCG drive any more'};
};
