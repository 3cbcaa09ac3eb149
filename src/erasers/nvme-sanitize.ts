import type {DeviceFacts} from '../devices/device.ts';
import type {NvmeSanitizeStatus} from '../devices/drive.ts';
import {defineEraser, type Technique} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {supportBy, whyUnknown} from './native/obstacles.ts';
import {requireNvmeCli} from './nvme/nvme-cli.ts';
import {type Known, namespaceObstacle, nvmeOf} from './nvme/obstacle.ts';
import {requireAlone} from './nvme/require-alone.ts';
import {readSanitizeStatus} from './nvme/sanitize-status.ts';
import {requireName} from './tool/node.ts';

const name = 'nvme-sanitize';

/** The drive's Sanitize command: NVMe Base Specification 2.0 section 5.24 and figure 304 (SANACT). */
export default defineEraser({
	name,
	summary: 'let an NVMe drive sanitize itself, all of it: by a new key, block erase or overwrite',
	method: 'purge',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	reachesHidden: true,
	notCovered: [
		'boot partitions and the Replay Protected Memory Block of the drive, where it has them: Sanitize leaves them alone',
	],
	tools: ['nvme', 'blockdev'],
	supports: facts => supportBy(nvmeOf(facts), obstacleOf),
	techniques,
	probe: requireNvmeCli,
	command: (facts, node, technique) => commandFor(node, technique ?? techniques(facts)[0]),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const technique = context.technique ?? techniques(device.facts)[0];
		const tool = await requireNvmeCli(tools, signal);
		await requireAlone(name, context, node);
		const status = async () => readSanitizeStatus(tools, node);
		const learnt = await status();
		const estimateSeconds = 'found' in learnt ? estimateFor(learnt.found, technique) : null;
		const command = commandFor(node, technique);
		return yield* eraseNatively({name, tool, command, estimateSeconds, status}, context);
	},
});

const obstacleOf = ({drive, nvme}: Known): string | undefined => {
	if (techniques({drive}).length === 0) {
		return 'the drive has no Sanitize command (SANICAP)';
	}

	const why = whyUnknown(drive, 'sanitize-status');
	return why === undefined
		? namespaceObstacle(nvme, drive)
		: `how its last sanitize came out is not known: ${why}`;
};

/** A key that is thrown away leaves nothing anywhere; an overwrite takes hours, and wears the cells. */
function techniques({drive}: Pick<DeviceFacts, 'drive'>): readonly Technique[] {
	const {cryptoErase, blockErase, overwrite} = drive?.nvme?.sanitize ?? {};
	return [
		...(cryptoErase ? (['cryptographic-erase'] as const) : []),
		...(blockErase ? (['block-erase'] as const) : []),
		...(overwrite ? (['overwrite'] as const) : []),
	];
}

/** Dword 10: SANACT in bits 2:0, the number of passes in bits 7:4, of which 0 would be 16. The pattern, dword 11, is 0. */
const actions: Readonly<Record<Technique, string>> = {
	'block-erase': '0x02',
	overwrite: '0x13',
	'cryptographic-erase': '0x04',
};

// In place of "nvme sanitize": some releases of it take a drive that is held open as busy unless they are forced, others (2.3) do not know the force that their manual has.
// By its name, which cannot become another drive's while it is held open: newer releases of nvme-cli take no other path.
const commandFor = (
	node: string,
	technique: Technique = 'cryptographic-erase',
): readonly [string, ...string[]] => [
	...(['nvme', 'admin-passthru', node, '--opcode=0x84'] as const),
	`--cdw10=${actions[technique]}`,
];

const estimateFor = (
	{estimates}: NvmeSanitizeStatus,
	technique: Technique = 'cryptographic-erase',
): number | null => {
	switch (technique) {
		case 'block-erase':
			return estimates.blockEraseSeconds;
		case 'overwrite':
			return estimates.overwriteSeconds;
		case 'cryptographic-erase':
			return estimates.cryptoEraseSeconds;
		default:
			return technique satisfies never;
	}
};
