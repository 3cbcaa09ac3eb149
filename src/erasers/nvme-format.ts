import type {DeviceFacts} from '../devices/device.ts';
import type {NvmeFacts} from '../devices/drive.ts';
import {SanitizeError} from '../errors.ts';
import {defineEraser, type Technique} from './eraser.ts';
import {eraseNatively} from './native/erase-natively.ts';
import {supportBy, whyUnknown} from './native/obstacles.ts';
import {mostSeconds} from './native/operation.ts';
import {requireNvmeCli} from './nvme/nvme-cli.ts';
import {type Known, namespaceObstacle, nvmeOf} from './nvme/obstacle.ts';
import {requireAlone} from './nvme/require-alone.ts';
import {requireName} from './tool/node.ts';

const name = 'nvme-format';

/** The drive's Format NVM command with a secure erase, never without one (SES 0 erases nothing): NVMe Base Specification 2.0 section 5.14 and figure 189. */
export default defineEraser({
	name,
	summary: 'let an NVMe drive format a namespace with a secure erase: by a new key, or of all user data',
	method: 'purge',
	technique: 'cryptographic-erase',
	leaves: 'drive-defined',
	notCovered: [
		'what the drive may keep outside of the namespace: Format erases the user data of the namespace alone',
	],
	tools: ['nvme', 'blockdev'],
	supports: facts => supportBy(nvmeOf(facts), obstacleOf),
	techniques,
	probe: requireNvmeCli,
	command: (facts, node, technique) =>
		facts.drive?.nvme && commandFor(node, facts.drive.nvme, technique ?? techniques(facts)[0]),
	async *erase(context) {
		const {device, tools, signal} = context;
		const node = requireName(name, device);
		const nvme = requireFacts(device.facts);
		const tool = await requireNvmeCli(tools, signal);
		if (hitsAll(nvme)) {
			await requireAlone(name, context, node);
		}

		const command = commandFor(node, nvme, context.technique ?? techniques(device.facts)[0]);
		return yield* eraseNatively({name, tool, command, estimateSeconds}, context);
	},
});

/** A format tells nobody how long it takes. */
const estimateSeconds = null;

const obstacleOf = ({nvme, drive}: Known): string | undefined => {
	if (!nvme.format.supported) {
		return 'the drive has no Format NVM command (OACS)';
	}

	if (nvme.namespaceId === null || !nvme.lbaFormat) {
		return `how the namespace is formatted is not known: ${whyUnknown(drive, 'namespace') ?? 'the kernel does not tell its number'}`;
	}

	if (nvme.lbaFormat.metadataBytes > 0) {
		return `the namespace keeps ${nvme.lbaFormat.metadataBytes} bytes of metadata for each sector, and a format could change how`;
	}

	return hitsAll(nvme) ? namespaceObstacle(nvme, drive) : undefined;
};

const hitsAll = ({format: {formatsAllNamespaces, erasesAllNamespaces}}: NvmeFacts): boolean =>
	formatsAllNamespaces || erasesAllNamespaces;

function techniques({drive}: DeviceFacts): readonly Technique[] {
	const {supported: isSupported, cryptoErase} = drive?.nvme?.format ?? {};
	return isSupported ? [...(cryptoErase ? (['cryptographic-erase'] as const) : []), 'block-erase'] : [];
}

const requireFacts = ({drive, path}: DeviceFacts): NvmeFacts => {
	if (!drive?.nvme?.lbaFormat) {
		throw new SanitizeError('UNSUPPORTED', `${path}: how the namespace is formatted is not known`, {
			hint: 'use another eraser: zeroize erasers',
		});
	}

	return drive.nvme;
};

// The sectors stay as they are: whoever reads it back afterwards knows them. Held open it counts as busy: hence the force, without which nvme-cli waits for a Ctrl-C, too.
const commandFor = (
	node: string,
	{namespaceId, lbaFormat}: NvmeFacts,
	technique: Technique = 'block-erase',
): readonly [string, ...string[]] => [
	...(['nvme', 'format', node, `--namespace-id=${namespaceId ?? 0}`] as const),
	`--lbaf=${lbaFormat?.index ?? 0}`,
	`--ses=${technique === 'cryptographic-erase' ? 2 : 1}`,
	`--timeout=${mostSeconds({estimateSeconds}) * 1000}`,
	'--force',
];
