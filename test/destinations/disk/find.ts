import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import block from '../../../src/devices/block.ts';
import file from '../../../src/devices/file.ts';
import {parseTarget} from '../../../src/devices/target.ts';
import {createPlace, runFile} from '../../_helpers/cli.ts';
import {look} from '../../_helpers/delivery.ts';
import {evidenceDisk} from '../../_helpers/evidence-disk.ts';
import {failure} from '../../_helpers/failure.ts';
import {attachLoop, isRoot} from '../../_helpers/loop.ts';
import {real as surroundings} from '../../_helpers/surroundings.ts';

const real = isRoot ? test : test.skip;

const isNotFound = async (
	t: ExecutionContext,
	to: string,
	{cause, hint}: {readonly cause: RegExp; readonly hint: RegExp},
): Promise<void> => {
	const error = await failure(t, look(to));
	t.is(error.code, 'DESTINATION_UNREACHABLE');
	t.regex(error.message, cause);
	t.regex(error.hint ?? '', hint);
};

real('a label that nothing has, and a node that is not there, are not found', async t => {
	await isNotFound(t, 'disk:LABEL=NO-SUCH-LABEL', {
		cause: /no file system has the label NO-SUCH-LABEL/,
		hint: /plug the disk in/,
	});
	await isNotFound(t, 'disk:/dev/no-such-disk', {cause: /is not there/, hint: /plug the disk in/});
	await isNotFound(t, 'disk:/dev/null', {
		cause: /\/dev\/null is not a block device/,
		hint: /name a partition/,
	});
});

real('a label that two disks have is refused, naming both', async t => {
	const label = `TWICE${process.pid}`;
	const [one, two] = [await evidenceDisk(t, {label}), await evidenceDisk(t, {label})];
	await isNotFound(t, `disk:LABEL=${label}`, {cause: /all have the label/, hint: /unplug all but one/});
	const error = await failure(t, look(`disk:LABEL=${label}`));
	t.true([one, two].every(({node}) => error.message.includes(node)));
});

real('a disk without a file system, with swap space, or read-only, is refused', async t => {
	const {image} = await createPlace(t);
	const [empty, swap] = [await image(1024 * 1024, 'empty.img'), await image(1024 * 1024, 'swap.img')];
	await writeFile(empty, Buffer.alloc(1024 * 1024));
	await runFile('mkswap', [swap]);
	await using emptyLoop = await attachLoop(empty);
	await using swapLoop = await attachLoop(swap);
	await isNotFound(t, `disk:${emptyLoop.path}`, {cause: /has no file system on it/, hint: /mkfs\.ext4 -L/});
	await isNotFound(t, `disk:${swapLoop.path}`, {cause: /no file system on it \(swap\)/, hint: /mkfs\.ext4/});
	const disk = await evidenceDisk(t);
	await using readOnly = await attachLoop(disk.image, {readOnly: true, directIo: false});
	await isNotFound(t, `disk:${readOnly.path}`, {cause: /is read-only/, hint: /blockdev --setrw/});
});

real('a disk that the run erases is refused, by its node and as the file behind it', async t => {
	const disk = await evidenceDisk(t);
	const to = `disk:LABEL=${disk.label}`;
	const node = await block.inspect(parseTarget(disk.node), surroundings);
	const image = await file.inspect(parseTarget(`file:${disk.image}`), surroundings);
	for (const facts of [node, image]) {
		const error = await failure(t, look(to, {erased: [facts]}));
		t.is(error.code, 'DESTINATION_UNREACHABLE');
		t.regex(error.message, /is erased by this run/);
		t.regex(error.hint ?? '', /name a disk that is not erased/);
	}

	const other = await evidenceDisk(t);
	await t.notThrowsAsync(look(`disk:${other.node}`, {erased: [node, image]}));
});

real('a partition of a disk that is erased is refused', async t => {
	const {directory} = await createPlace(t);
	const image = path.join(directory, 'disk.img');
	await runFile('truncate', ['--size', '16M', image]);
	await runFile('sh', [
		'-c',
		'printf "label: gpt\\nsize=4M\\nsize=4M\\n" | sfdisk --quiet "$1"',
		'sh',
		image,
	]);
	await using disk = await attachLoop(image, {directIo: false});
	await runFile('partx', ['--add', disk.path]).catch(() => {});
	t.teardown(async () => runFile('partx', ['--delete', disk.path]).catch(() => {}));
	const [first, second] = [`${disk.path}p1`, `${disk.path}p2`];
	await runFile('mkfs.ext4', ['-q', '-L', `PART${process.pid}`, first]);
	const erase = async (target: string) => block.inspect(parseTarget(target), surroundings);
	const error = await failure(t, look(`disk:LABEL=PART${process.pid}`, {erased: [await erase(disk.path)]}));
	t.is(error.message, `${first} is on ${disk.path}, which is erased by this run`);
	await t.notThrowsAsync(look(`disk:${first}`, {erased: [await erase(second)]}));
});
