const live = new Set<number>();

const killAll = (): void => {
	for (const pid of live) {
		signalGroup(pid, 'SIGKILL');
	}
};

/** Kills the child when we exit: a detached one would outlive us, and go on writing. */
export const keepTrack = (pid: number | undefined): Disposable => {
	if (pid !== undefined) {
		if (live.size === 0) {
			process.on('exit', killAll);
		}

		live.add(pid);
	}

	return {
		[Symbol.dispose]() {
			if (pid !== undefined && live.delete(pid) && live.size === 0) {
				process.off('exit', killAll);
			}
		},
	};
};

/** Signals a child and its children, as long as it is kept track of: afterwards the number may be somebody else's. Never waits. */
export const kill = (pid: number | undefined, signal: NodeJS.Signals): void => {
	if (pid !== undefined && live.has(pid)) {
		signalGroup(pid, signal);
	}
};

// A detached child leads a process group, which its own children are in.
const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
	try {
		process.kill(-pid, signal);
	} catch {
		// Gone already.
	}
};
