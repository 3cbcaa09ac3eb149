import {symlink} from 'node:fs/promises';
import path from 'node:path';
import {runFile} from '../../_helpers/cli.ts';
import type {Bench} from '../bench/bench.ts';
import {fakeDd} from '../bench/fake-dd.ts';
import {attach, loopDevice, loopFile, otherFile} from '../bench/subjects.ts';
import {type Expected, type FaultCase, MiB, type Subject} from '../case.ts';

const refused = (code: Expected['code'], says?: RegExp): Expected => ({
	outcome: 'refused',
	exitCode: 3,
	code,
	left: 'untouched',
	...(says && {says}),
});

/** The plan has looked at the device; what happens now happens before anything is committed. */
const planned = (
	name: string,
	script: (of: {readonly target: string; readonly store: string; readonly directory: string}) => string,
	expected: Expected,
	more: Partial<FaultCase> = {},
): FaultCase => ({
	name: `before the commit: ${name}`,
	how: 'done by the dd that the plan tries out',
	eraser: 'dd',
	subject: loopDevice({isDetached: true}),
	before: fakeDd(of => ({onVersion: script(of)})),
	expected,
	...more,
});

/** A node of our own that leads to a loop device, as those in /dev/disk/by-id do. */
const linkedDevice = async (bench: Bench): Promise<Subject> => {
	const subject = await loopDevice()(bench);
	const link = path.join(bench.place.directory, 'by-id');
	await symlink(subject.target, link);
	return {...subject, target: link, confirm: subject.target};
};

/** A block device node of our own. */
const ownNode = async (bench: Bench): Promise<Subject> => {
	const subject = await loopDevice()(bench);
	const node = path.join(bench.place.directory, 'node');
	await runFile('cp', ['-R', subject.target, node]);
	return {...subject, target: node};
};

const withOther = async (
	bench: Bench,
	subject: Subject,
	use: (other: string) => ReturnType<typeof fakeDd>,
) => {
	const other = await otherFile(bench, MiB);
	const node = await attach(bench, other);
	await use(node)(bench, subject);
};

export const changesBefore: readonly FaultCase[] = [
	planned('the device shrinks', ({target, store}) => `truncate -s 524288 ${store}; losetup -c ${target}`, {
		...refused('DEVICE_CHANGED', /totalBytes was 1048576, is 524288/),
		left: [{offset: 0, length: 524_288}],
	}),
	planned('the device grows', ({target, store}) => `truncate -s 2097152 ${store}; losetup -c ${target}`, {
		...refused('DEVICE_CHANGED'),
		left: [{offset: 0, length: MiB}],
	}),
	planned('the device goes read-only', () => '', refused('DEVICE_READ_ONLY', /it is read-only$/m), {
		async before(bench, subject) {
			bench.teardown(async () => void (await runFile('blockdev', ['--setrw', subject.target])));
			await fakeDd(({target}) => ({onVersion: `blockdev --setro ${target}`}))(bench, subject);
		},
	}),
	planned('the device loses its medium', ({target}) => `losetup -d ${target}`, refused('DEVICE_EMPTY')),
	planned('another file is behind the same name', () => '', refused('DEVICE_CHANGED', /diskSequence was/), {
		async before(bench, subject) {
			await otherFile(bench, MiB);
			bench.teardown(async () => void (await runFile('losetup', ['-d', subject.target]).catch(() => {})));
			await fakeDd(({target, directory}) => ({
				onVersion: `losetup -d ${target}; losetup ${target} ${directory}/other.img`,
			}))(bench, subject);
		},
	}),
	planned('the file is replaced by another of the same name', () => '', refused('DEVICE_CHANGED'), {
		subject: loopFile(),
		async before(bench, subject) {
			const other = await otherFile(bench, MiB, 'new.img');
			const {store = ''} = subject;
			await fakeDd({onVersion: `mv ${store} ${store}.old; ln ${other} ${store}`})(bench, subject);
		},
		expected: {...refused('DEVICE_CHANGED'), left: 'unknown'},
	}),
	planned('the link leads to another device', () => '', refused('DEVICE_CHANGED'), {
		subject: linkedDevice,
		before: async (bench, subject) =>
			withOther(bench, subject, node => fakeDd(({target}) => ({onVersion: `ln -sfn ${node} ${target}`}))),
		// The link was followed when the device was confirmed: what it leads to since is of no account.
		expected: {outcome: 'sanitized', exitCode: 0, code: null, left: []},
	}),
	planned('the node is replaced by that of another device', () => '', refused('DEVICE_CHANGED'), {
		subject: ownNode,
		before: async (bench, subject) =>
			withOther(bench, subject, node =>
				fakeDd(({target}) => ({onVersion: `rm ${target}; cp -R ${node} ${target}`})),
			),
	}),
	planned('the node is replaced by a link to another device', () => '', refused('DEVICE_CHANGED'), {
		subject: ownNode,
		before: async (bench, subject) =>
			withOther(bench, subject, node => fakeDd(({target}) => ({onVersion: `ln -sfn ${node} ${target}`}))),
	}),
	planned(
		'the node is replaced by a regular file',
		({target}) => `rm ${target}; echo text > ${target}`,
		refused('DEVICE_CHANGED', /not a block device/),
		{subject: ownNode},
	),
	planned('the node is removed', ({target}) => `rm ${target}`, refused('DEVICE_MISSING'), {subject: ownNode}),
];
