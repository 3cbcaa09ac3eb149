import type {RunEvent} from '../../events.ts';
import type {Planned} from './story.ts';

type StepEvent = Extract<RunEvent, {step: string}>;

/** Where in the plan a step's events belong: `[3/7]`. A recipe may have the same step twice; each device goes its own way. */
export const createNumbering = () => {
	let steps: Planned['steps'] = [];
	const current = new Map<string, {index: number; isOpen: boolean}>();
	const place = (event: StepEvent): number => {
		const lane = event.device ?? '';
		const last = current.get(`${lane} ${event.step}`);
		const isNew = event.type === 'step.started' || !last?.isOpen;
		const found = isNew
			? steps.findIndex(({step}, at) => step === event.step && at > (last?.index ?? -1))
			: -1;
		const index = found === -1 ? (last?.index ?? -1) : found;
		const isOpen = ['step.started', 'step.progress', 'pass.started', 'command.started'].includes(event.type);
		current.set(`${lane} ${event.step}`, {index, isOpen});
		return index;
	};
	return {
		plan(plan: Planned): void {
			({steps} = plan);
		},
		of(event: StepEvent): string {
			const index = place(event);
			return `[${index === -1 ? '-' : index + 1}/${steps.length}]`;
		},
	};
};
