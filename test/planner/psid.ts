import test from 'ava';
import {driveOf} from '../_helpers/drive-facts.ts';
import {opalFacts} from '../_helpers/opal-drive.ts';
import {planOf, recipeOf} from '../_helpers/plan.ts';
import {deviceFacts} from '../_helpers/verify-device.ts';

const drive = deviceFacts({kind: 'disk', drive: driveOf({opal: opalFacts})});

const planWith = (options: Record<string, unknown>, overrides = {}) =>
	planOf({recipe: recipeOf(['erase', options]), devices: [drive], overrides});

test('a purge by auto takes the PSID where there is one, and says what is missing where there is none', t => {
	const [device] = planWith({eraser: 'auto', method: 'purge'}, {psidFile: '/psid'}).devices;
	t.like(device?.eraser, {name: 'opal-revert', method: 'purge', technique: 'cryptographic-erase'});
	t.deepEqual(device?.eraser?.command, ['sedutil-cli', '--PSIDrevert', '<PSID>', drive.path]);
	const {refusals} = planWith({eraser: 'auto', method: 'purge'});
	t.regex(
		refusals.map(({message}) => message).join(),
		/opal-revert: it needs the PSID on the label: --psid-file FILE/,
	);
});

test('opal-revert that is named needs a PSID', t => {
	const {refusals} = planWith({eraser: 'opal-revert'});
	t.like(
		refusals.find(({code}) => code === 'KEY_UNUSABLE'),
		{target: drive.target, message: `${drive.path}: opal-revert needs the PSID of the drive`},
	);
	const named = planWith({eraser: 'opal-revert', psidFile: '/psid'});
	t.deepEqual(
		named.refusals.filter(({code}) => code === 'KEY_UNUSABLE'),
		[],
	);
	t.is(named.steps[0]?.options['psidFile'], '/psid');
});

test('a PSID where nothing is erased is not left out without a word', t => {
	const {refusals} = planOf({
		recipe: recipeOf(['verify', {coverage: 'full', percent: 10}]),
		overrides: {psidFile: '/p'},
	});
	t.regex(refusals.map(({message}) => message).join(), /--psid-file has no meaning here/);
});
