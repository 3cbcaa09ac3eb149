/** Modules of Node that most runs never use, and that take some milliseconds to load. */
export const seldomUsed: readonly string[] = [
	'node:dgram',
	'node:dns/promises',
	'node:http',
	'node:https',
	'node:readline',
	'node:tls',
	'node:worker_threads',
	'node:zlib',
];

export type Load = (name: string) => unknown;

/**
Loads those when something in them is asked for: esbuild makes each use of a named import a property of what was loaded. They are in the executable, so nothing is read from a disk that is erased meanwhile.
*/
export const loadLater =
	(load: Load): Load =>
	name =>
		seldomUsed.includes(name)
			? new Proxy({}, {get: (_target, key) => Reflect.get(load(name) as object, key)})
			: load(name);
