import type {Total} from '../../events/total.ts';
import type {Progress} from '../../progress.ts';
import {formatBytes, formatEta, formatPercent, formatRate} from '../../progress.ts';
import {shortName} from './lines.ts';

/** ` 45 % 12.3 of 27.3 GiB, 180 MiB/s, 1 min 25 s left`; what does not fit is left out, the rate first. */
export const progressText = (event: Progress, columns = 80): string => {
	const {bytes, totalBytes, bytesPerSecond, etaSeconds} = event;
	const done = `${formatPercent(bytes, totalBytes).padStart(5)} ${formatPart(bytes, totalBytes)}`;
	const eta = formatEta(etaSeconds);
	const texts = [`${done}, ${formatRate(bytesPerSecond)}, ${eta}`, `${done}, ${eta}`];
	return texts.find(text => text.length <= columns) ?? done;
};

const widestBar = 20;
const narrowestBar = 5;

/** `[#########-----------]  45 %  12.3 of 27.3 GiB  180 MiB/s  1 min 25 s left`, as far as it fits. */
export const progressBar = (event: Progress, columns = 80): string => {
	const {bytes, totalBytes, bytesPerSecond, etaSeconds} = event;
	const parts = [
		formatPercent(bytes, totalBytes).padStart(5),
		formatPart(bytes, totalBytes),
		formatRate(bytesPerSecond),
		formatEta(etaSeconds),
	];
	while (parts.length > 1 && parts.join('  ').length > columns) {
		parts.pop();
	}

	const text = parts.join('  ');
	const barColumns = Math.min(widestBar, columns - text.length - 3);
	if (barColumns < narrowestBar) {
		return text;
	}

	const filled = totalBytes > 0 ? Math.floor((bytes / totalBytes) * barColumns) : 0;
	return `[${'#'.repeat(filled).padEnd(barColumns, '-')}] ${text}`;
};

/** `all 16 devices  45 % 1.8 of 8 GiB, 300 MiB/s, 18 s left (4 done, 4 wait)`; what does not fit is left out, the rate first. */
export const totalText = (total: Total, columns: number, describe = progressText): string => {
	const start = `all ${total.devices} devices `;
	const end = countsText(total);
	return `${start}${describe(total, columns - start.length - end.length)}${end}`;
};

const countsText = ({waiting, ended}: Total): string => {
	const counts = [...(ended > 0 ? [`${ended} done`] : []), ...(waiting > 0 ? [`${waiting} wait`] : [])];
	return counts.length > 0 ? ` (${counts.join(', ')})` : '';
};

const nameColumns = 11;

/** `/dev/sda    ` as names stand below each other. */
export const laneName = (device: string): string => shortName(device).padEnd(nameColumns);

const formatPart = (bytes: number, totalBytes: number): string => {
	const done = formatBytes(bytes);
	const total = formatBytes(totalBytes);
	const [number, unit] = done.split(' ');
	return `${total.endsWith(` ${unit}`) ? number : done} of ${total}`;
};
