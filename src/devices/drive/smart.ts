import * as v from 'valibot';
import type {DriveHealth} from '../drive.ts';
import {cleanText} from '../facts/text.ts';
import {type Asking, ask, type Learnt, NotUnderstood, unknownIn} from './ask.ts';
import {parseAs} from './json.ts';
import type {DriveReading} from './reading.ts';

// A mask of what it found: 8 is a failing drive. Whether there is an answer is in what it prints.
const anyExitCode = Array.from({length: 256}, (_, code) => code);

/** Asks how the drive is, with `smartctl` of smartmontools. */
export const readSmart = async (asking: Asking): Promise<DriveReading> => {
	const first = await run(asking, []);
	// What is behind a bridge that smartctl does not know may still be asked as most are.
	const health =
		'why' in first && first.why.includes('Unknown USB bridge') ? await run(asking, ['-d', 'sat']) : first;
	return 'found' in health ? {health: health.found} : {unknown: unknownIn('health', health)};
};

const run = async (asking: Asking, type: readonly string[]): Promise<Learnt<DriveHealth>> =>
	ask(
		asking,
		['smartctl', '--json', ...type, '-i', '-H', '-A', asking.node],
		({stdout}) => parseHealth(stdout),
		{accept: anyExitCode},
	);

const number = v.optional(v.number());

const outputSchema = v.looseObject({
	smartctl: v.looseObject({
		messages: v.optional(v.array(v.looseObject({string: v.string()})), []),
	}),
	smart_support: v.optional(v.looseObject({available: v.optional(v.boolean())})),
	smart_status: v.optional(v.looseObject({passed: v.optional(v.boolean())})),
	temperature: v.optional(v.looseObject({current: number})),
	power_on_time: v.optional(v.looseObject({hours: number})),
	ata_smart_attributes: v.optional(
		v.looseObject({
			table: v.array(
				v.looseObject({id: v.number(), raw: v.looseObject({string: v.optional(v.string(), '')})}),
			),
		}),
	),
	scsi_grown_defect_list: number,
	nvme_smart_health_information_log: v.optional(v.looseObject({percentage_used: number})),
	scsi_percentage_used_endurance_indicator: number,
	// Since 7.4, for all kinds of drives.
	endurance_used: v.optional(v.looseObject({current_percent: number})),
});

type Output = v.InferOutput<typeof outputSchema>;

/** `smartctl --json -i -H -A`. @throws NotUnderstood when it could not ask, or the drive tells nothing. */
export const parseHealth = (text: string): DriveHealth => {
	const output = parseAs(outputSchema, text);
	const passed = output.smart_status?.passed ?? null;
	if (passed === null && output.smart_support?.available !== true) {
		const words = output.smartctl.messages.map(message => cleanText(message.string)).join('; ');
		throw new NotUnderstood(words || 'the drive does not tell its health');
	}

	return {
		passed,
		temperatureCelsius: output.temperature?.current ?? null,
		reallocatedSectors: reallocated(output),
		percentageUsed:
			output.endurance_used?.current_percent ??
			output.nvme_smart_health_information_log?.percentage_used ??
			output.scsi_percentage_used_endurance_indicator ??
			null,
		powerOnHours: output.power_on_time?.hours ?? null,
		source: 'smartctl',
	};
};

/** Attribute 5 (Reallocated_Sector_Ct) of ATA, the grown defect list of SCSI. NVMe does not tell. */
const reallocated = ({ata_smart_attributes: ata, scsi_grown_defect_list: grown}: Output): number | null => {
	const raw = ata?.table.find(({id}) => id === 5)?.raw.string;
	// Some drives keep more than the count in the raw value; the text begins with the count.
	const digits = /^\d+/.exec(raw ?? '')?.[0];
	return digits === undefined ? (grown ?? null) : Number(digits);
};
