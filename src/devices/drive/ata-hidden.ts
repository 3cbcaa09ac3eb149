import type {HiddenArea} from '../drive.ts';
import {NotUnderstood} from './ask.ts';

interface MaxSectors {
	readonly visible: number;
	readonly native: number;
	readonly by: Extract<HiddenArea['area'], 'hpa' | 'ama'>;
}

/**
`hdparm -N`, in sectors.

Of a drive that does not answer it prints the zeros that it did not get as an answer: `0/1, HPA is enabled`.
@throws NotUnderstood.
*/
export const parseMaxSectors = (text: string): MaxSectors => {
	const [, visible, native, by] =
		/max sectors\s*=\s*(\d+)\/(\d+).*?, (HPA|ACCESSIBLE MAX ADDRESS)/.exec(text) ?? [];
	const sizes = {visible: Number(visible), native: Number(native)};
	if (!(sizes.visible > 0 && sizes.native >= sizes.visible)) {
		throw new NotUnderstood('the drive does not tell its native maximum');
	}

	return {...sizes, by: by === 'HPA' ? 'hpa' : 'ama'};
};

/**
`hdparm --dco-identify`: the sectors that the drive has without any overlay. A drive that does not answer, as one that is frozen, has one sector.
@throws NotUnderstood.
*/
export const parseDcoSectors = (text: string): number => {
	const sectors = Number(/Real max sectors:\s*(\d+)/.exec(text)?.[1]);
	if (!(sectors > 1)) {
		throw new NotUnderstood('the drive does not tell its configuration, or it is frozen');
	}

	return sectors;
};
