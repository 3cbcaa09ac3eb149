import type {DeviceFacts} from '../devices/device.ts';
import {listDevices} from '../devices/facts/list.ts';
import {mediaType} from '../devices/media.ts';
import {erasers} from '../erasers/index.ts';
import {formatBytes} from '../progress.ts';
import {wrapWords} from '../views/text/wrap-words.ts';
import {type AddCommand, done} from './command.ts';
import {driveLines} from './text/drive-lines.ts';

export const addDevices: AddCommand = (program, surroundings, finish) => {
	const {stdout} = surroundings;
	program
		.command('devices')
		.description(
			'what is here: path, model, serial, size, sectors, transport, holders, what the drive says of itself',
		)
		.option('--json', 'as JSON', false)
		.addHelpText('after', '\nExample:\n  zeroize devices --json')
		.action(async ({json}: {json: boolean}) => {
			const devices = await listDevices(surroundings);
			const rows = devices.map(facts => ({...facts, erasers: suitableErasers(facts)}));
			stdout.write(json ? `${JSON.stringify(rows, null, '\t')}\n` : describeAll(devices));
			finish(done);
		});
};

const suitableErasers = (facts: DeviceFacts): readonly string[] =>
	erasers.filter(eraser => eraser.supports(facts).supported).map(({name}) => name);

const describeAll = (devices: readonly DeviceFacts[]): string =>
	devices.length === 0
		? 'no block device is here\n'
		: devices.map(facts => `${describe(facts).join('\n')}\n`).join('\n');

const describe = (facts: DeviceFacts): readonly string[] => {
	const {path, totalBytes, logicalSectorBytes, physicalSectorBytes, transport} = facts;
	const details = [
		[facts.manufacturer, facts.model].filter(Boolean).join(' ') || 'model unknown',
		`serial ${facts.serial ?? 'none'}`,
		`sectors ${logicalSectorBytes}/${physicalSectorBytes} bytes`,
		`transport ${transport ?? 'unknown'}`,
		`erasers ${suitableErasers(facts).join(', ') || 'none'}`,
	].join(', ');
	const uses = usesOf(facts);
	return [
		`${path}  ${formatBytes(totalBytes)} (${totalBytes} bytes)  ${mediaType(facts)}`,
		...[details, ...driveLines(facts), ...(uses.length > 0 ? [`in use: ${uses.join(', ')}`] : [])].flatMap(
			text => wrapWords(text, 78).map(line => `  ${line}`),
		),
	];
};

const usesOf = ({
	isSystemDisk,
	readOnly,
	mountPoints,
	holders,
	partitions,
}: DeviceFacts): readonly string[] => [
	...(isSystemDisk ? ['holds the running system'] : []),
	...(readOnly ? ['read-only'] : []),
	...mountPoints.map(mountPoint => `mounted at ${mountPoint}`),
	...holders.map(({kind, name}) => `held by ${kind} ${name}`),
	...(partitions.length > 0 ? [`${partitions.length} partitions`] : []),
];
