import type {Phase} from '../plan.ts';
import type {DeviceReport, Report} from './state.ts';

export interface StepNames {
	readonly step: string;
	readonly device?: string;
}

export const namesOf = ({step, device}: StepNames): StepNames => ({
	step,
	...(device !== undefined && {device}),
});

export const phaseOf = ({plan}: Report, name: string): Phase | undefined =>
	plan?.steps.find(({step}) => step === name)?.phase;

export const deviceOf = ({devices}: Report, path: string | undefined): DeviceReport | undefined =>
	devices.find(({planned}) => planned.facts.path === path);
