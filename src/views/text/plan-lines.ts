import {formatBytes} from '../../progress.ts';
import {type Planned, runDirectory} from './story.ts';

type PlannedDevice = Planned['devices'][number];
type PlannedStep = Planned['steps'][number];

/** What a run will do, for the operator to read before it does it. Not wrapped. */
export const planLines = (plan: Planned): readonly string[] => [
	`${plan.tool.name} ${plan.tool.version}: ${plan.recipe.name} - ${plan.recipe.title}`,
	...(plan.recipe.source === undefined ? [] : [`  after ${plan.recipe.source}`]),
	`run ${plan.runId} on ${plan.hostname}, times in UTC`,
	...rehearsalLines(plan),
	...plan.devices.flatMap((device, index) =>
		deviceLines(device, `device ${index + 1} of ${plan.devices.length}`),
	),
	...atOnceLines(plan),
	...departureLines(plan),
	`steps (${plan.steps.length})`,
	...plan.steps.flatMap(stepLines),
	...recordLines(plan),
];

// A plan from before there was a limit has none.
const atOnceLines = ({devices, atOnce = devices.length}: Planned): readonly string[] =>
	devices.length > atOnce
		? [`${atOnce} of the ${devices.length} devices at a time, controllers in turn; the others wait`]
		: [];

/** `null` where nothing is rehearsed. */
export const rehearsalNote = ({host, devices}: Planned): string | null => {
	if (host !== 'rehearsal') {
		return null;
	}

	const erased = devices.filter(({eraser}) => eraser !== undefined).length;
	const but = erased === 0 ? '' : erased === 1 ? '; the device IS erased' : '; the devices ARE erased';
	return `REHEARSAL: services and power are left alone${but}`;
};

const rehearsalLines = (plan: Planned): readonly string[] => {
	const note = rehearsalNote(plan);
	return note === null ? [] : [note];
};

const deviceLines = (
	{facts, overlap, purges = [], unsuitable, notCovered, warnings = [], ...device}: PlannedDevice,
	title: string,
): readonly string[] => [
	`${title}: ${facts.path}${facts.isSystemDisk ? ' (THE DISK THIS SYSTEM RUNS FROM)' : ''}`,
	`  ${describeDevice(facts)}`,
	...warnings.map(warning => `  WARNING: ${warning}`),
	`  holds: ${describeContents(facts)}`,
	...workLines(device),
	...(overlap
		? [`  read back ${overlap.overlaps ? 'behind the writer' : 'when all is written'}: ${overlap.reason}`]
		: []),
	...purges.map(({eraser: name, technique}) => `  could be purged with ${name}: ${technique}`),
	...unsuitable.map(({eraser: name, reason}) => `  cannot use ${name}: ${reason}`),
	...notCovered.map(what => `  not covered: ${what}`),
];

const describeDevice = (facts: PlannedDevice['facts']): string => {
	const name = [facts.manufacturer, facts.model].filter(part => part !== null).join(' ');
	const serial = facts.serial === null ? 'no serial number' : `serial ${facts.serial}`;
	const kind = [facts.transport, facts.kind].filter(part => part !== null).join(' ');
	return [name, serial, kind, `${formatBytes(facts.totalBytes)} (${facts.totalBytes} bytes)`]
		.filter(part => part !== '')
		.join(', ');
};

const describeContents = ({contents, partitions}: PlannedDevice['facts']): string => {
	const own = [
		contents.partitionTable && `${contents.partitionTable} table`,
		contents.fileSystem,
		contents.label,
	].filter(part => part !== null && part !== '');
	const inside = partitions.map(({path, fileSystem, label, totalBytes}) =>
		[path, fileSystem ?? 'unknown', label, formatBytes(totalBytes)].filter(part => part !== null).join(' '),
	);
	return own.length + inside.length === 0 ? 'nothing that is known' : [...own, ...inside].join('; ');
};

const departureLines = ({departure}: Planned): readonly string[] =>
	departure
		? [
				`leaving the disk: ${formatBytes(departure.stageBytes)} go into RAM, ${formatBytes(departure.neededBytes)} are needed, ${formatBytes(departure.availableBytes)} are free`,
				`  every login is cut off; the run is shown on ${departure.consoles.join(', ') || 'no console'}`,
			]
		: [];

const workLines = ({
	purge,
	notPurged,
	eraser,
}: Pick<PlannedDevice, 'purge' | 'notPurged' | 'eraser'>): readonly string[] => [
	...(purge ? eraserLines(purge, 'purged first') : []),
	...(notPurged === undefined || eraser?.reason.endsWith(notPurged)
		? []
		: [`  NOT PURGED but cleared, as the recipe allows: ${notPurged}`]),
	...(eraser
		? eraserLines(eraser, purge ? 'then overwritten' : 'erased')
		: ['  is read only: nothing is written to it']),
];

const eraserLines = (
	{name, method, technique, reason, command, scheme}: NonNullable<PlannedDevice['eraser']>,
	how: string,
): readonly string[] => [
	`  ${how} with ${name}: ${technique}, NIST 800-88 ${method} (${reason})`,
	...(command ? [`    ${command.join(' ')}`] : []),
	...(scheme ? [`    scheme ${scheme.name}, ${scheme.text}`] : []),
];

// What is run on a device stands beside the device.
const stepLines = ({title, scope, skip, commands}: PlannedStep, index: number): readonly string[] => [
	`  ${index + 1}. ${title}${skip === undefined ? '' : ` - SKIPPED: ${skip}`}`,
	...(skip === undefined && scope === 'run' ? commands.map(command => `       ${command}`) : []),
];

const recordLines = (plan: Planned): readonly string[] => {
	const directory = runDirectory(plan);
	return [
		...(plan.departure ? departedLines(plan) : placeLines(plan, directory)),
		...destinationLines(plan),
		...(plan.certificateFile === null ? [] : [`certificate: ${plan.certificateFile}`]),
		...proofLines(plan),
	];
};

// A plan from before there were keys has none.
const proofLines = ({signing, certificate}: Planned): readonly string[] => [
	...(signing ? [`signed with: ${signing.file}`, `  key ${signing.keyId}`] : []),
	...(certificate.nonce === undefined ? [] : [`nonce: ${certificate.nonce}`]),
];

const placeLines = (plan: Planned, directory: string | undefined): readonly string[] =>
	directory === undefined
		? ['journal and log: none are kept']
		: [`journal and log: ${directory}`, laterLine(plan)];

const departedLines = ({destinations}: Planned): readonly string[] => [
	'journal and log: in RAM, and on the consoles',
	...(destinations.length > 0
		? []
		: ['  NOTHING ELSE KEEPS THEM: record the console, or name a --destination']),
];

// A plan from before there were destinations has none.
const destinationLines = ({destinations = []}: Planned): readonly string[] =>
	destinations.map(({to, optional, resolved, found}) =>
		[
			`delivered to: ${to}`,
			resolved === null ? `NOT FOUND, ${found}` : `(${found})`,
			optional ? '- optional' : '',
		]
			.filter(part => part !== '')
			.join(' '),
	);

const laterLine = ({steps, logDir, logRefused, runId}: Planned): string => {
	const isMoved = steps.some(({step}) => step === 'keep-log');
	return isMoved && logRefused === null
		? `  later in: ${logDir}/${runId}`
		: `  they stay there: ${logRefused ?? 'the recipe does not move them'}`;
};
