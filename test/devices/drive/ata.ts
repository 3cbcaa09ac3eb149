import test from 'ava';
import {parseIdentity, readAta} from '../../../src/devices/drive/ata.ts';
import {parseDcoSectors, parseMaxSectors} from '../../../src/devices/drive/ata-hidden.ts';
import {parseAtaSanitizeStatus} from '../../../src/devices/drive/ata-sanitize-status.ts';
import {askingWith, capture, testReader} from '../../_helpers/drive.ts';
import type {Answer} from '../../_helpers/fake-tools.ts';

testReader('ata', {tools: ['hdparm'], what: 'ata', read: readAta});

const answers = async (drive: string, sanitize?: Answer): Promise<readonly Answer[]> => [
	{args: '-I *', stdout: await capture(`hdparm-9.65-identify-${drive}`)},
	{args: '-N *', stdout: await capture(`hdparm-9.65-max-${drive}`)},
	{
		args: '--dco-identify *',
		stdout: await capture(`hdparm-9.65-dco-${drive === 'qemu' ? 'unsupported' : drive}`),
		stderr: await capture('hdparm-9.65-dco-unsupported-stderr'),
	},
	...(sanitize ? [{...sanitize, args: '--sanitize-status *'}] : []),
];

test('hidden areas, with their sizes', async t => {
	const reading = await readAta(await askingWith(t, {hdparm: await answers('hidden')}));
	t.deepEqual(reading, {
		ata: {
			model: 'ZRO HARDDISK 2000',
			serial: 'ZRO-HIDDEN-0001',
			firmware: 'ZR01',
			sectors: 3_900_737_712,
			security: {
				enabled: false,
				locked: false,
				frozen: false,
				countExpired: false,
				level: null,
				enhancedErase: true,
				eraseMinutes: 220,
				enhancedEraseMinutes: 220,
			},
		},
		hiddenAreas: [
			{area: 'hpa', bytes: 2_097_152 * 512},
			{area: 'dco', bytes: 4_194_304 * 512},
		],
		unknown: [],
	});
});

test('nothing is hidden', async t => {
	const {hiddenAreas, unknown} = await readAta(await askingWith(t, {hdparm: await answers('plain')}));
	t.deepEqual([hiddenAreas, unknown], [[], []]);
});

test('Accessible Max Address, self-encrypting, a sanitize half way', async t => {
	const stdout = await capture('hdparm-9.65-sanitize-running');
	const reading = await readAta(await askingWith(t, {hdparm: await answers('ama', {stdout})}));
	t.deepEqual(reading.hiddenAreas, [{area: 'ama', bytes: 1_048_576 * 512}]);
	t.deepEqual(reading.ata?.sanitize, {
		cryptoScramble: true,
		blockErase: true,
		overwrite: false,
		antifreezeLock: true,
		status: {state: 'running', progress: 0x7f_ff / 65_536},
	});
	t.deepEqual(reading.unknown, []);
});

test('a sanitize operation that failed is said with an exit code', async t => {
	const stderr = await capture('hdparm-9.65-sanitize-failed-stderr');
	const stdout = await capture('hdparm-9.65-sanitize-failed');
	const hdparm = await answers('ama', {stdout, stderr, exitCode: 5});
	const {ata, unknown} = await readAta(await askingWith(t, {hdparm}));
	t.deepEqual(ata?.sanitize?.status, {state: 'failed'});
	t.deepEqual(unknown, []);
});

test('a sanitize status that is not told is a gap', async t => {
	const {ata, unknown = []} = await readAta(
		await askingWith(t, {hdparm: await answers('ama', {stderr: 'SG_IO: bad/missing sense data\n'})}),
	);
	t.true(ata?.sanitize?.blockErase);
	t.is(ata?.sanitize?.status, undefined);
	t.deepEqual(
		unknown.map(({what}) => what),
		['sanitize-status'],
	);
});

test('locked by a password, level maximum, attempts used up', async t => {
	const {ata} = await readAta(await askingWith(t, {hdparm: await answers('locked')}));
	t.like(ata?.security, {enabled: true, locked: true, frozen: false, countExpired: true, level: 'maximum'});
});

test('frozen', async t => {
	const stdout = await capture('hdparm-9.65-sanitize-frozen');
	const {ata} = await readAta(await askingWith(t, {hdparm: await answers('frozen', {stdout})}));
	t.like(ata?.security, {enabled: false, frozen: true, enhancedErase: false, enhancedEraseMinutes: null});
	t.is(ata?.security?.eraseMinutes, 2);
	t.deepEqual(ata?.sanitize?.status, {state: 'frozen'});
});

test('a drive without these feature sets, as QEMU has it', async t => {
	const {ata, hiddenAreas, unknown} = await readAta(await askingWith(t, {hdparm: await answers('qemu')}));
	t.deepEqual(ata, {model: 'QEMU HARDDISK', serial: 'ZRO-ATA-0001', firmware: '2.5+', sectors: 524_288});
	t.deepEqual([hiddenAreas, unknown], [[], []]);
});

test('what is no ATA drive has no page of zeros for an answer', async t => {
	const hdparm = [
		{args: '-I *', stdout: await capture('hdparm-9.65-identify-scsi')},
		{args: '-N *', stdout: await capture('hdparm-9.65-max-scsi')},
		{args: '*', stdout: await capture('hdparm-9.65-dco-unsupported')},
	];
	const {ata, hiddenAreas, unknown = []} = await readAta(await askingWith(t, {hdparm}));
	t.deepEqual([ata, hiddenAreas], [undefined, undefined]);
	t.regex(unknown[0]?.why ?? '', /^hdparm: it is no ATA drive/);
});

test('sizes that a drive cannot have are not understood', async t => {
	t.throws(() => parseMaxSectors(' max sectors   = 0/1, HPA is enabled'));
	t.throws(() =>
		parseMaxSectors(' max sectors   = 586072368/586070255(586072368?), HPA setting seems invalid'),
	);
	t.is(parseMaxSectors(' max sectors   = 586070255/586072368, HPA is enabled').native, 586_072_368);
	const dco = await capture('hdparm-9.65-dco-unsupported');
	t.throws(() => parseDcoSectors(dco));
	t.is(parseDcoSectors(await capture('hdparm-9.65-dco-plain')), 3_907_029_168);
});

for (const [name, expected] of Object.entries({
	idle: {state: 'done'},
	never: {state: 'idle'},
	frozen: {state: 'frozen'},
	running: {state: 'running', progress: 0x7f_ff / 65_536},
	'failed-stderr': {state: 'failed'},
})) {
	test(`the state of a sanitize operation: ${name}`, async t => {
		t.deepEqual(
			parseAtaSanitizeStatus(await capture(`hdparm-9.65-sanitize-${name}`)),
			expected as ReturnType<typeof parseAtaSanitizeStatus>,
		);
	});
}

test('an answer that hdparm cannot read is none, whatever it makes of it', async t => {
	const stdout = await capture('hdparm-9.65-sanitize-unheard');
	const stderr = await capture('hdparm-9.65-sanitize-unheard-stderr');
	t.regex(stdout, /SD0 Sanitize Idle/);
	const reading = await readAta(await askingWith(t, {hdparm: await answers('ama', {stdout, stderr})}));
	t.is(reading.ata?.sanitize?.status, undefined);
	t.regex(reading.unknown?.[0]?.why ?? '', /^hdparm: the answer of the drive was an error, or did not get/);
});

test('a drive that takes longer than it can say gives no estimate', async t => {
	const {ata} = parseIdentity(await capture('hdparm-9.65-security-long'));
	t.like(ata.security, {enhancedErase: true, eraseMinutes: null, enhancedEraseMinutes: null});
});

test('a password that is set, and does not lock the drive yet', async t => {
	const {ata} = parseIdentity(await capture('hdparm-9.65-security-on'));
	t.like(ata.security, {enabled: true, locked: false, frozen: false, level: 'high'});
});

test('the size of a sector counts', async t => {
	const text = await capture('hdparm-9.65-identify-hidden');
	t.is(parseIdentity(text).sectorBytes, 512);
	t.is(parseIdentity(text.replace(/(Logical {2}Sector size:\s+)512/, '$14096')).sectorBytes, 4096);
});
