import test from 'ava';
import * as v from 'valibot';
import {drive as schema} from '../../src/journal/drive-schema.ts';
import {ataFacts, driveOf, healthOf, nvmeFacts, securityOf} from '../_helpers/drive-facts.ts';

const status = {state: 'running', progress: 0.5} as const;

const drive = driveOf({
	nvme: {
		...nvmeFacts,
		otherNamespaces: [{id: 2, path: null}],
		sanitizeStatus: {
			...status,
			globalDataErased: false,
			completedPasses: 0,
			estimates: {overwriteSeconds: null, blockEraseSeconds: 30, cryptoEraseSeconds: 2},
		},
	},
	ata: {
		...ataFacts,
		security: securityOf(),
		sanitize: {cryptoScramble: true, blockErase: true, overwrite: false, antifreezeLock: false, status},
	},
	luks: {version: 1, uuid: 'u', keySlots: [0], cipher: 'c', keyBits: 512, dataOffsetBytes: 4096},
	health: healthOf({temperatureCelsius: -5}),
	hiddenAreas: [{area: 'hpa', bytes: 512}],
	unknown: [{what: 'opal', why: 'w'}],
});

test('what a drive says comes back from a journal as it was', t => {
	t.deepEqual(v.parse(schema, JSON.parse(JSON.stringify(drive))), drive);
	t.deepEqual(v.parse(schema, driveOf()), driveOf());
});

const changed: ReadonlyArray<readonly [title: string, value: unknown]> = [
	['no list of hidden areas', {...driveOf(), hiddenAreas: undefined}],
	['a size below zero', driveOf({hiddenAreas: [{area: 'hpa', bytes: -1}]})],
	[
		'a state that there is not',
		{...drive, ata: {...ataFacts, sanitize: {...drive.ata?.sanitize, status: {state: 'fine'}}}},
	],
	['a flag that is text', {...drive, ata: {...ataFacts, security: {...securityOf(), frozen: 'no'}}}],
	['a register that is missing', {...drive, nvme: {...nvmeFacts, format: {supported: true}}}],
	['a version of LUKS that there is not', {...drive, luks: {...drive.luks, version: 3}}],
	['a subject that there is not', {...drive, unknown: [{what: 'fate', why: 'w'}]}],
	['a drive that is text', 'drive'],
];

for (const [title, value] of changed) {
	test(`a journal with ${title} is refused`, t => {
		t.false(v.safeParse(schema, value).success);
	});
}
