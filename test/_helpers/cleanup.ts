import type {ExecutionContext} from 'ava';

/** What a helper needs of whoever it works for: a place for what is to be done at the end, last things first. */
export type Cleanup = Pick<ExecutionContext, 'teardown'>;
