import test from 'ava';
import json from '../../src/views/json.ts';
import {readRecording, recordings, show, viewSuite} from '../_helpers/view-suite.ts';

viewSuite(test, json);

for (const name of recordings) {
	test(`json lines of the recording "${name}" are its events and nothing else`, t => {
		const recorded = readRecording(name);
		const {text} = show(json, recorded);
		const lines = text.trimEnd().split('\n');
		t.deepEqual(
			lines.map(line => JSON.parse(line)),
			recorded,
		);
		t.is(json.taskList, 'silent');
	});
}
