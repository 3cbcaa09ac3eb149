import {setTimeout as delay} from 'node:timers/promises';
import test from 'ava';
import {allEnded, runPool} from '../pool.ts';
import {formatTable, systemHead} from '../table.ts';

test('the table is Markdown with its columns lined up', t => {
	const row = {title: 'NVMe', byHand: '12 (hung)', ours: '0', byHandSeconds: '70', ourSeconds: '65'};
	t.deepEqual(
		formatTable(systemHead, [row])
			.split('\n')
			.map(line => line.replace(/ +\|/g, ' |')),
		[
			'| system disk | blocks left by hand | blocks left by zeroize | seconds by hand | seconds of zeroize |',
			`| ${[
				'system disk',
				'blocks left by hand',
				'blocks left by zeroize',
				'seconds by hand',
				'seconds of zeroize',
			]
				.map(title => '-'.repeat(title.length))
				.join(' | ')} |`,
			'| NVMe | 12 (hung) | 0 | 70 | 65 |',
		],
	);
	t.is(
		new Set(
			formatTable(systemHead, [row])
				.split('\n')
				.map(line => line.length),
		).size,
		1,
	);
});

test('so many at a time, each result at its place, and a failure stops no other', async t => {
	let running = 0;
	let most = 0;
	const job = (ms: number) => async () => {
		running += 1;
		most = Math.max(most, running);
		await delay(ms);
		running -= 1;
		if (ms === 20) {
			throw new Error('failed');
		}

		return ms;
	};
	const results = await runPool([job(40), job(20), job(10), job(30)], 2);
	t.is(most, 2);
	t.deepEqual(
		results.map(result => (result.status === 'fulfilled' ? result.value : result.reason.message)),
		[40, 'failed', 10, 30],
	);
});

test('who waits for all learns of a failure when the others have ended', async t => {
	t.deepEqual(await allEnded([Promise.resolve(1), 'two']), [1, 'two']);
	let hasEnded = false;
	const slow = async () => {
		await delay(20);
		hasEnded = true;
	};
	await t.throwsAsync(allEnded([Promise.reject(new Error('failed')), slow()]), {message: 'failed'});
	t.true(hasEnded);
});
