import test, {type ExecutionContext} from 'ava';
import type {DriveFacts, MmcFacts} from '../../src/devices/drive.ts';
import mmcSecure from '../../src/erasers/mmc-secure.ts';
import {SanitizeError} from '../../src/errors.ts';
import {capture} from '../_helpers/drive.ts';
import {driveOf} from '../_helpers/drive-facts.ts';
import {erase} from '../_helpers/eraser-run.ts';
import {isRoot, skip} from '../_helpers/eraser-subjects.ts';
import {fakeTools} from '../_helpers/fake-tools.ts';
import {changes, mmcCard, mmcFacts} from '../_helpers/mmc-card.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const serial = isRoot ? test.serial : skip(test, 'mmc-secure');

const GiB = 1024 ** 3;

const cardOf = (mmc: Partial<MmcFacts>, drive: Partial<DriveFacts> = {}) =>
	deviceFacts({
		...{transport: 'mmc', totalBytes: 8 * GiB},
		drive: driveOf({mmc: {...mmcFacts, ...mmc}, ...drive}),
	});

test('it takes an eMMC that can sanitize, and unmap all of its user area', t => {
	t.deepEqual(mmcSecure.supports(cardOf({})), {supported: true});
	t.deepEqual(mmcSecure.supports(cardOf({secureTrim: false})), {supported: true});
	const old = {sanitize: false, secureErase: false};
	for (const [facts, reason] of [
		[cardOf({sanitize: false}), /has no Sanitize .*; discard-secure .* is a clear$/],
		[cardOf(old), /has no Sanitize \(SEC_FEATURE_SUPPORT\)$/],
		[cardOf({secureTrim: false, eraseGroupBytes: null}), /no Trim/],
		[{...cardOf({secureTrim: false}), totalBytes: 8 * GiB + 512}, /no Trim/],
		[{...cardOf({}), readOnly: true}, /read-only/],
		[{...cardOf({}), kind: 'partition'}, /no whole drive/],
		[deviceFacts({drive: driveOf()}), /no eMMC/],
		[
			deviceFacts({drive: driveOf({unknown: [{what: 'mmc', why: 'mmc is not installed'}]})}),
			/what it can do is not known: mmc is not installed/,
		],
	] as const) {
		const support = mmcSecure.supports(facts);
		t.regex(support.supported ? 'supported' : support.reason, reason);
	}
});

test('it never unmaps by Discard, and goes to the last block in the units of the card', t => {
	const commandOf = (facts: ReturnType<typeof cardOf>) => mmcSecure.command(facts, '/dev/mmcblk0')?.join(' ');
	const sanitize = '/dev/mmcblk0 && mmc sanitize /dev/mmcblk0';
	t.is(commandOf(cardOf({})), `mmc erase trim 0 ${8 * 2 * 1024 ** 2 - 1} ${sanitize}`);
	t.is(commandOf(cardOf({secureTrim: false})), `mmc erase legacy 0 16777215 ${sanitize}`);
	const native = {...cardOf({}), logicalSectorBytes: 4096};
	t.is(commandOf(native), `mmc erase trim 0 16777208 ${sanitize}`);
	const small = {...cardOf({}), totalBytes: 2 * GiB};
	t.is(commandOf(small), `mmc erase trim 0 ${2 * GiB - 512} ${sanitize}`);
});

serial('it unmaps everything, and then sanitizes', async t => {
	const card = await mmcCard(t, {leaves: 'ones'});
	const {result, commits} = await erase(mmcSecure, card.device, {tools: card.tools});
	t.is(commits, 1);
	t.is(result.writtenBytes, card.device.facts.totalBytes);
	t.truthy(result.canary);
	t.deepEqual(result.tool, {name: 'mmc (mmc-utils)', version: '0.1'});
	const {node} = card.device;
	t.deepEqual(await changes(card), [`erase trim 0 ${1024 ** 2 - 512} ${node}`, `sanitize ${node}`]);
	t.is(await card.state(), 'sanitized');
	t.true((await card.contents()).every(byte => byte === 0xff));
});

const failing = async (t: ExecutionContext, erasing: Promise<unknown>): Promise<SanitizeError> =>
	(await t.throwsAsync(erasing, {instanceOf: SanitizeError})) as SanitizeError;

serial('an erase and a sanitize that fail, and a card that only says that it did it', async t => {
	for (const [fails, message, commands] of [
		['erase', /mmc ended with exit code 255: Erase multi-cmd ioctl: Connection timed out$/, 1],
		['sanitize', /mmc ended with exit code 1: Could not write 0x01 to EXT_CSD\[165\] in dev\/sda$/, 2],
	] as const) {
		const card = await mmcCard(t, {fails});
		const {code, message: said} = await failing(t, erase(mmcSecure, card.device, {tools: card.tools}));
		t.is(code, 'ERASER_FAILED');
		t.regex(said, message);
		t.is((await changes(card)).length, commands);
	}

	const lying = await mmcCard(t, {leaves: 'everything'});
	t.is((await failing(t, erase(mmcSecure, lying.device, {tools: lying.tools}))).code, 'NOT_ERASED');
});

serial('a card of which a part is write protected is left alone', async t => {
	const card = await mmcCard(t, {protection: 'protected'});
	const before = await card.contents();
	const commit = async () => t.fail('committed');
	const {code, message, hint} = await failing(t, erase(mmcSecure, card.device, {tools: card.tools, commit}));
	t.is(code, 'UNSUPPORTED');
	t.regex(message, /30 groups are write protected/);
	t.regex(hint ?? '', /mmc writeprotect user get/);
	t.is(Buffer.compare(await card.contents(), before), 0);
	await card.set({protection: 'trim'});
	const unknown = await failing(t, erase(mmcSecure, card.device, {tools: card.tools, commit}));
	t.regex(unknown.message, /what is write protected is not known: mmc: it does not tell/);
});

serial('told to stop during the sanitize, it says that the card goes on, and begins anew after', async t => {
	const card = await mmcCard(t, {fails: 'hang-sanitize'});
	const controller = new AbortController();
	void card.called('mmc', /^sanitize /).then(() => controller.abort());
	const {tools} = card;
	const {code} = await failing(t, erase(mmcSecure, card.device, {tools, signal: controller.signal}));
	t.is(code, 'INTERRUPTED');
	t.is(await card.state(), 'unmapped');
	await card.set({fails: 'nothing'});
	const {result} = await erase(mmcSecure, card.device, {tools, announced: {}});
	t.truthy(result.canary);
	t.is((await changes(card)).length, 4);
	t.is(await card.state(), 'sanitized');
});

test('an mmc that cannot erase is not taken, nor one that is missing', async t => {
	const {signal} = new AbortController();
	const help = await capture('mmc-0+git20220624-help');
	const old = await fakeTools(t, {mmc: [{stdout: help.replace('mmc erase', 'mmc bygone')}]});
	const {code, message} = await failing(t, Promise.resolve(mmcSecure.probe?.(old.tools, signal)));
	t.is(code, 'UNSUPPORTED');
	t.regex(message, /does not know "mmc erase <type>/);
	const absent = {
		...old.tools,
		run: async (_: string, args: readonly string[]) => old.tools.run('absent-mmc', args),
	};
	t.is((await failing(t, Promise.resolve(mmcSecure.probe?.(absent, signal)))).code, 'TOOL_MISSING');
});
