import os from 'node:os';
import path from 'node:path';

/** /var/log/zeroize; who may not write there keeps logs where the XDG base directory specification puts state. */
export const defaultLogDir = (uid: number, env: Readonly<Record<string, string | undefined>>): string =>
	uid === 0
		? '/var/log/zeroize'
		: path.join(env['XDG_STATE_HOME'] || path.join(env['HOME'] || os.tmpdir(), '.local/state'), 'zeroize');
