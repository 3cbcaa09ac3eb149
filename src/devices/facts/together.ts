import {setImmediate as otherCallers} from 'node:timers/promises';
import type {Tools} from '../../process.ts';

/** An answer, or a promise of one that nobody else has to wait for. */
type Answers<Answer> = ReadonlyArray<Answer | Promise<Answer>>;

/**
Lets those who ask at the same moment be answered together: looking once is enough for many devices. `ask` gets the questions and gives as many answers, in their order. It always begins after the question: who asks while it is busy has to wait for the next time, so nobody gets an answer that is older than the question.
*/
export const together = <Question, Answer>(
	ask: (questions: readonly Question[]) => Promise<Answers<Answer>>,
): ((question: Question) => Promise<Answer>) => {
	let waiting: Array<{question: Question; wait: PromiseWithResolvers<Answer>}> = [];
	let isBusy = false;
	const answerAll = async (): Promise<void> => {
		isBusy = true;
		while (waiting.length > 0) {
			await otherCallers();
			const batch = waiting;
			waiting = [];
			try {
				const answers = await ask(batch.map(({question}) => question));
				batch.forEach(({wait}, index) => void wait.resolve(answers[index] as Answer | Promise<Answer>));
			} catch (error) {
				batch.forEach(({wait}) => void wait.reject(error));
			}
		}

		isBusy = false;
	};
	return async question => {
		const wait = Promise.withResolvers<Answer>();
		waiting.push({question, wait});
		if (!isBusy) {
			void answerAll();
		}

		return wait.promise;
	};
};

/** The same for what tools are asked. */
export const togetherByTools = <Question, Answer>(
	ask: (tools: Tools, questions: readonly Question[]) => Promise<Answers<Answer>>,
): ((tools: Tools, question: Question) => Promise<Answer>) => {
	const known = new WeakMap<Tools, (question: Question) => Promise<Answer>>();
	return async (tools, question) => {
		const own = known.get(tools) ?? together(questions => ask(tools, questions));
		known.set(tools, own);
		return own(question);
	};
};

/** The same for what is looked at below a root. */
export const togetherByRoot = <Answer>(
	look: (root: string) => Answer | Promise<Answer>,
): ((root: string) => Promise<Answer>) =>
	together(async roots => {
		const looks = new Map([...new Set(roots)].map(root => [root, look(root)]));
		// Each root is in it.
		return roots.map(root => looks.get(root) as Answer | Promise<Answer>);
	});
