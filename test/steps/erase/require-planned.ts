import test, {type ExecutionContext} from 'ava';
import type {DeviceFacts} from '../../../src/devices/device.ts';
import ataSecurityErase from '../../../src/erasers/ata-security-erase.ts';
import direct from '../../../src/erasers/direct.ts';
import nvmeSanitize from '../../../src/erasers/nvme-sanitize.ts';
import {SanitizeError} from '../../../src/errors.ts';
import {requirePlanned} from '../../../src/steps/erase/require-planned.ts';
import {capableAta} from '../../_helpers/ata-drive.ts';
import {driveOf} from '../../_helpers/drive-facts.ts';
import {capable} from '../../_helpers/nvme-drive.ts';
import {deviceFacts} from '../../_helpers/verify-device.ts';

const deviceWith = (facts: Partial<DeviceFacts>) => ({device: {facts: deviceFacts(facts)}});

const refused = (t: ExecutionContext, work: () => void, message: RegExp): void => {
	const error = t.throws(work, {instanceOf: SanitizeError}) as SanitizeError;
	t.is(error.code, 'UNSUPPORTED');
	t.regex(error.message, message);
	t.regex(error.hint ?? '', /nothing was done now/);
};

test('what a drive does is what was planned, or nothing', t => {
	const planned = {method: 'purge', technique: 'cryptographic-erase'} as const;
	const nvme = deviceWith({transport: 'nvme', drive: capable});
	t.notThrows(() => requirePlanned(nvmeSanitize, planned, nvme));
	// Nothing but zeros is said of it, whatever the drive tells.
	t.notThrows(() => requirePlanned(direct, {method: 'clear', technique: 'overwrite'}, deviceWith({})));
	refused(t, () => requirePlanned(nvmeSanitize, planned, deviceWith({drive: driveOf({})})), /no NVMe drive/);
});

test('a disk that told of its enhanced erase, and does not now, gets no normal one under the name of a purge', t => {
	const planned = {method: 'purge', technique: 'overwrite'} as const;
	const disk = {transport: 'sata', rotational: true} as const;
	t.notThrows(() => requirePlanned(ataSecurityErase, planned, deviceWith({...disk, drive: capableAta()})));
	const silent = deviceWith({...disk, drive: driveOf({})});
	for (const announced of [undefined, {}]) {
		refused(
			t,
			() => requirePlanned(ataSecurityErase, planned, {...silent, ...(announced && {announced})}),
			announced ? /purge by overwrite was planned, and it is a clear/ : /no ATA drive/,
		);
	}
});
