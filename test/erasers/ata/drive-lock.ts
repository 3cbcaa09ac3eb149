import test from 'ava';
import {DriveLock} from '../../../src/erasers/ata/drive-lock.ts';
import {SanitizeError} from '../../../src/errors.ts';
import {ataDrive} from '../../_helpers/ata-drive.ts';
import {isRoot, skip} from '../../_helpers/eraser-subjects.ts';

const serial = isRoot ? test.serial : skip(test, 'the password of ATA Security');

serial('a drive that is at work does not answer: nobody knows of its password then', async t => {
	const {device, tools} = await ataDrive(t, {fails: 'silent'});
	const {node = ''} = device;
	const lock = new DriveLock({name: 'eraser', tools, device, node, answerMs: 200});
	const stopped = new SanitizeError('INTERRUPTED', 'it goes on', {hint: 'wait'});
	const {code, message, hint} = await lock.releaseAfter(stopped);
	t.is(code, 'INTERRUPTED');
	t.regex(
		message,
		/^it goes on; .*whether the password "zeroize" is still on it is not known: hdparm gave no/,
	);
	t.true(hint?.startsWith('wait; the resumed run takes the password off; by hand: hdparm'));
	const error = await t.throwsAsync(lock.requireOff());
	t.regex(error?.message ?? '', /is not known: hdparm gave no answer/);
});

serial('what is lost on its way is seen when the password is taken off, too', async t => {
	const drive = await ataDrive(t, {security: 'on', password: 'zeroize', fails: 'unheard-disable'});
	const {device, tools} = drive;
	const lock = new DriveLock({name: 'eraser', tools, device, node: device.node ?? ''});
	const error = await t.throwsAsync(lock.takeOff());
	t.regex(error?.message ?? '', /"zeroize" does not take it off/);
	t.is(await drive.state('security'), 'on');
	await drive.set({fails: 'nothing'});
	await lock.takeOff();
	t.is(await drive.state('security'), 'off');
	await lock.requireOff();
});
