import {DefaultRenderer, Listr, ListrLogger, type ListrTask, ProcessOutput} from 'listr2';
import type {RunEvents} from './events.ts';
import type {Halt} from './hosts/host.ts';
import {conclude} from './outcome.ts';
import {groupSteps, titleOf} from './pipeline/grouping.ts';
import {hasEnded, remainingSteps} from './pipeline/remaining.ts';
import {showLane, showTotal} from './pipeline/shown-lanes.ts';
import {
	createStepRunner,
	type Lane,
	type Requests,
	type RunSurroundings,
	type StepEnd,
} from './pipeline/step-runner.ts';
import {createTurns} from './pipeline/turns.ts';
import type {PlannedStep} from './plan.ts';
import {defaultAtOnce} from './planner/at-once.ts';
import type {Report} from './report.ts';
import type {View} from './views/view.ts';

export interface TaskList {
	readonly view: Pick<View, 'taskList' | 'describeProgress' | 'describeLane' | 'describeTotal'>;
	/** Where listr2's own renderer draws. */
	readonly stream: NodeJS.WriteStream;
}

export interface RunResult {
	readonly report: Report;
	readonly exitCode: number;
	/** The machine shall end now; carried out by the entry alone. */
	readonly halt: Halt | null;
	/** Another process goes on with the run; this one has said its last. */
	readonly hasLeft: boolean;
}

/**
Carries out a plan: each step as a task, in the order of the plan.

```
 run step ── run step ─┬─ device 1: erase ── verify ─┬─ run step ── …
                       └─ device 2: erase ── verify ─┘
```

INVARIANTS
- START before, STOP after, whatever happens: each planned step gives exactly one `step.skipped`, or `step.started` followed by one of `step.finished`, `step.skipped`, `step.failed`.
- A step that fails never throws past its task. What its failure means is decided by its phase (plan.ts) and read from the report, which is a fold over the events: there is no second bookkeeping.
- The run ends with `run.finished`; its outcome and exit code are those that the report concludes.
- Devices are independent: a failure in one lane is not seen by another.
- No more lanes than the plan says are under way at a time; the others wait for their turn, and are skipped when the run is interrupted meanwhile.
- What the records say has ended is not done again: a run goes on where another process left it.
*/
export const runPlan = async (surroundings: RunSurroundings, taskList: TaskList): Promise<RunResult> => {
	const {plan, events, records} = surroundings;
	const requests: Requests = {halt: null, leave: false};
	const runStep = createStepRunner(surroundings, requests);
	await listTasks(remainingSteps(plan, records.report()), surroundings, runStep, taskList).run();
	const report = records.report();
	const {outcome, exitCode, devices} = conclude(report);
	if (!requests.leave) {
		events.emit({type: 'run.finished', outcome, exitCode, devices});
	}

	return {report, exitCode, halt: requests.halt, hasLeft: requests.leave};
};

type RunStep = ReturnType<typeof createStepRunner>;

type Task = Parameters<ListrTask['task']>[1];

const listTasks = (
	steps: readonly PlannedStep[],
	surroundings: RunSurroundings,
	runStep: RunStep,
	taskList: TaskList,
): Listr => {
	const {devices, events, records} = surroundings;
	const before = records.report();
	const isLeft = (step: PlannedStep, lane: Lane) => !hasEnded(step, lane.planned.facts.path, before);
	const toTask = (step: PlannedStep, lane?: Lane): ListrTask => ({
		title: step.title,
		task: (_context, task) => runTask(step, lane, {task, events, runStep, taskList}),
	});
	const tasks = groupSteps(steps).flatMap((group): ListrTask[] => {
		const [first] = group;
		const [only] = devices;
		if (first?.scope === 'run' || devices.length <= 1) {
			return group
				.filter(step => step.scope === 'run' || (only && isLeft(step, only)))
				.map(step => toTask(step, step.scope === 'device' ? only : undefined));
		}

		return [
			{
				title: titleOf(group),
				task: (_context, parent) =>
					parent.newListr(laneTasks(group, parent, {surroundings, runStep, taskList, isLeft}), {
						exitOnError: false,
						concurrent: true,
					}),
			},
		];
	});
	return new Listr(tasks, {
		concurrent: false,
		exitOnError: false,
		// Signals are the entry's business alone.
		registerSignalListeners: false,
		...rendering(taskList),
	});
};

interface LaneParts {
	readonly surroundings: RunSurroundings;
	readonly runStep: RunStep;
	readonly taskList: TaskList;
	readonly isLeft: (step: PlannedStep, lane: Lane) => boolean;
}

/** Of several devices one line each, and above them all of them together. */
const laneTasks = (
	group: readonly PlannedStep[],
	parent: Task,
	{surroundings, runStep, taskList, isLeft}: LaneParts,
): ListrTask[] => {
	const {devices, plan, events, signal} = surroundings;
	const {view} = taskList;
	const lanes = devices.filter(lane => group.some(step => isLeft(step, lane)));
	const turns = createTurns(
		lanes.map(({planned}) => planned.facts.controller),
		plan.atOnce ?? defaultAtOnce,
		signal,
	);
	showTotal(titleOf(group), view, surroundings, text => {
		parent.title = text;
	});
	const isCrowded = lanes.length > mostLines;
	return lanes.map((lane, index) => {
		const {path} = lane.planned.facts;
		const waiting = view.describeLane?.(path) ?? path;
		return {
			...(!isCrowded && {title: waiting}),
			task: async (_context, task) => {
				using turn = await turns.take(index);
				task.title = waiting;
				using _ = showLane(path, view, events, text => {
					task.title = text;
				});
				const ends: StepEnd[] = [];
				for (const step of group.filter(step => isLeft(step, lane))) {
					ends.push(await runStep(step, lane, turn.hasCome));
				}

				// Without a title it has no line.
				task.title = isCrowded ? noTitle : path;
				endLane(ends, path, task);
			},
		};
	});
};

// As many as leave room for a total and the other steps, of 24 on a screen.
const mostLines = 16;

// What listr2 takes to remove one, and its types do not know.
const noTitle = undefined as unknown as string;

const endLane = (ends: readonly StepEnd[], path: string, task: Task): void => {
	const failed = ends.find(({type}) => type === 'step.failed');
	const [first] = ends;
	if (failed?.type === 'step.failed') {
		task.title = path;
		throw new Error(failed.message);
	}

	// A step that only some devices need is not the lane.
	if (first?.type === 'step.skipped' && ends.every(({type}) => type === 'step.skipped')) {
		task.skip(`${path}: ${first.reason}`);
	}
};

interface TaskParts {
	readonly task: Task;
	readonly events: RunEvents;
	readonly runStep: RunStep;
	readonly taskList: TaskList;
}

const runTask = async (
	step: PlannedStep,
	lane: Lane | undefined,
	{task, events, runStep, taskList}: TaskParts,
): Promise<void> => {
	const device = lane?.planned.facts.path;
	let isStalled = false;
	using _ = events.subscribe(event => {
		if (!('step' in event) || event.step !== step.step || event.device !== device) {
			return;
		}

		if (event.type === 'step.stalled' || event.type === 'step.recovered') {
			isStalled = event.type === 'step.stalled';
		}

		// A stall stands there until it is over, whatever trickles in.
		if (event.type === 'step.stalled' || (event.type === 'step.progress' && !isStalled)) {
			task.output = taskList.view.describeProgress(event);
		}
	});
	const end = await runStep(step, lane);
	if (end.type === 'step.skipped') {
		task.skip(`${step.title}: ${end.reason}`);
	} else if (end.type === 'step.failed') {
		throw new Error(end.message);
	}
};

// Whether there is a terminal was decided already. listr2 asks process.stdout, and where that is none it falls back to a renderer that writes there by itself, past our output.
class TaskListRenderer extends DefaultRenderer {
	static override nonTTY = true;
}

const rendering = ({view, stream}: TaskList) =>
	view.taskList === 'silent'
		? {renderer: 'silent' as const}
		: {
				renderer: TaskListRenderer,
				rendererOptions: {
					logger: new ListrLogger({
						useIcons: true,
						toStderr: [],
						processOutput: new ProcessOutput(stream, stream),
					}),
					collapseErrors: false,
					collapseSkips: false,
					removeEmptyLines: true,
				},
			};
