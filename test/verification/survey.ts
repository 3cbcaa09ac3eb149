import test from 'ava';
import {type Canary, canaryAt, canaryFor, canaryPlaces} from '../../src/content/canary.ts';
import {createSurvey} from '../../src/verification/survey.ts';

const totalBytes = 1024 ** 2;
const canary = canaryFor({totalBytes, logicalSectorBytes: 512}, 'ffeeddccbbaa99887766554433221100') as Canary;

/** In parts of an odd size, as they come. */
const surveyOf = (data: Uint8Array, wanted: Canary | undefined = canary, partBytes = 65_536 + 512) => {
	const survey = createSurvey(wanted, data.length);
	const left = [];
	for (let start = 0; start < data.length; start += partBytes) {
		left.push(...survey.find(data.subarray(start, start + partBytes), start, 512));
	}

	return {left, found: survey.found()};
};

test('one byte again and again is told', t => {
	t.deepEqual(surveyOf(new Uint8Array(totalBytes)), {left: [], found: {kind: 'zeros'}});
	t.deepEqual(surveyOf(new Uint8Array(totalBytes).fill(255)), {
		left: [],
		found: {kind: 'bytes', hex: 'ff'},
	});
	t.deepEqual(surveyOf(new Uint8Array(totalBytes).fill(5), undefined).found, {kind: 'bytes', hex: '05'});
});

test('anything else is nothing that could be told', t => {
	for (const place of [0, 1, totalBytes / 2, totalBytes - 1]) {
		const data = new Uint8Array(totalBytes);
		data[place] = 1;
		t.deepEqual(surveyOf(data), {left: [], found: undefined});
	}

	t.is(createSurvey(undefined, totalBytes).found(), undefined);
});

test('every sector of the canary that is left is found, wherever what is read begins', t => {
	const data = new Uint8Array(totalBytes);
	const places = canaryPlaces(canary, totalBytes);
	for (const place of places) {
		data.set(canaryAt(canary, place), place.offset);
	}

	for (const partBytes of [totalBytes, 65_536, 4096 + 512, 512]) {
		const {left} = surveyOf(data, canary, partBytes);
		t.is(left.length, places.length * 8, `${partBytes}`);
		t.is(left[0]?.offset, places[0]?.offset);
	}
});
