import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {certificateFixtures} from '../_helpers/certificates.ts';
import {runFile} from '../_helpers/cli.ts';
import {temporaryDirectory} from '../_helpers/fake-tools.ts';
import {runMain} from '../_helpers/main.ts';
import {certificateWith} from '../_helpers/papers.ts';
import {readPdf} from '../_helpers/pdf.ts';

const summary = async (...args: readonly string[]) => runMain(['certificate', 'summary', ...args]);

const filesOf = async (t: ExecutionContext, texts: readonly string[]) => {
	const directory = await temporaryDirectory(t);
	const files = texts.map((_, index) => path.join(directory, `certificate-${index + 1}.json`));
	await Promise.all(files.map(async (file, index) => writeFile(file, texts[index] ?? '')));
	return {files, csv: path.join(directory, 'batch.csv'), pdf: path.join(directory, 'batch.pdf')};
};

// A reader of CSV that is not ours.
const script = `
import csv, json, sys
with open(sys.argv[1], newline='', encoding='utf-8-sig') as file:
    print(json.dumps(list(csv.DictReader(file, strict=True))))
`;

const readCsv = async (file: string): Promise<ReadonlyArray<Readonly<Record<string, string>>>> =>
	JSON.parse((await runFile('python3', ['-c', script, file])).stdout);

test('CSV and PDF have a line for each device, in the order given', async t => {
	const texts = [certificateFixtures.long, certificateFixtures.loop, certificateWith({rehearsal: true})];
	const {files, csv, pdf} = await filesOf(t, texts);
	const {exitCode, stdout, stderr} = await summary(...files, '--csv', csv, '--pdf', pdf);
	t.is(exitCode, 0, stderr);
	t.is(stdout, `${csv}: 3 devices\n${pdf}: 3 devices\n`);
	const rows = await readCsv(csv);
	t.deepEqual(
		rows.map(({outcome}) => outcome),
		['sanitized', 'sanitized', 'rehearsal'],
	);
	t.like(rows[0], {
		manufacturer: 'ATA',
		serialNumber: 'S6EWNA0R912345T8XKQW',
		totalBytes: '3200631791616',
		method: 'clear',
		technique: 'overwrite',
		coverage: 'sampled',
		performedByName: 'Jörg Müller',
		validatedByTitle: 'Security Officer',
		journalHash: '58e14fc9d5077722da06a8d64c2e21279f2a40b1ee95604b0c5c36d2d3d0ffac',
	});
	t.like(rows[1], {manufacturer: '', model: '', rehearsal: 'false'});
	const {stdout: sums} = await runFile('sha256sum', files);
	t.deepEqual(
		rows.map(row => row['certificateSha256']),
		sums
			.split('\n')
			.slice(0, -1)
			.map(line => line.slice(0, 64)),
	);
	const page = await readPdf(t, await readFile(pdf));
	t.is(page.pages, 1);
	t.regex(page.text, /3 devices, .* - 2 sanitized - 1 only a rehearsal/);
});

test('no cell is a formula for a spreadsheet, and no field breaks the lines', async t => {
	const {files, csv} = await filesOf(t, [
		certificateWith({
			manufacturer: '=HYPERLINK("http://example.com","x")',
			model: '@SUM(1)',
			serialNumber: '-1+1',
			assetTag: '+1',
			mediaSource: 'a\r\nb,"c"',
		}),
	]);
	t.is((await summary(...files, '--csv', csv)).exitCode, 0);
	t.like((await readCsv(csv))[0], {
		manufacturer: `'=HYPERLINK("http://example.com","x")`,
		model: "'@SUM(1)",
		serialNumber: "'-1+1",
		assetTag: "'+1",
		mediaSource: 'a  b,"c"',
	});
	t.is((await readFile(csv, 'utf8')).split('\r\n').length, 3);
});

test('the same files give the same bytes', async t => {
	const {files, csv, pdf} = await filesOf(t, [certificateFixtures.long, certificateFixtures.loop]);
	const contents = [];
	for (let attempt = 0; attempt < 2; attempt += 1) {
		t.is((await summary(...files, '--csv', csv, '--pdf', pdf, '--force')).exitCode, 0);
		contents.push([await readFile(csv), await readFile(pdf)]);
	}

	t.deepEqual(contents[0], contents[1]);
});

test('what is no certificate is named, and then nothing is written', async t => {
	const {files, csv} = await filesOf(t, [certificateFixtures.long, 'no certificate', '{}']);
	const {exitCode, stderr} = await summary(...files, '--csv', csv);
	t.is(exitCode, 2);
	t.regex(stderr, /2 of 3 files have no certificate to take: .*certificate-2\.json.*; .*certificate-3\.json/);
	await t.throwsAsync(readFile(csv));
});

test('a certificate that was given twice is counted once, and said so', async t => {
	const {files, csv} = await filesOf(t, [certificateFixtures.long, certificateFixtures.long]);
	const {stdout, stderr} = await summary(...files, '--csv', csv);
	t.regex(stdout, /: 1 device\n/);
	t.regex(stderr, /certificate-2\.json: the same certificate as in .*certificate-1\.json: taken once/);
});

test('it wants a file to write to, and not the same one twice', async t => {
	const {files, csv} = await filesOf(t, [certificateFixtures.long]);
	const none = await summary(...files);
	t.is(none.exitCode, 2);
	t.regex(none.stderr, /neither a CSV nor a PDF file was named\nhint: give --csv FILE, --pdf FILE or both/);
	const twice = await summary(...files, '--csv', csv, '--pdf', csv);
	t.is(twice.exitCode, 2);
	t.regex(twice.stderr, /would be written twice/);
	await writeFile(csv, 'evidence');
	t.is((await summary(...files, '--csv', csv)).exitCode, 2);
	t.is(await readFile(csv, 'utf8'), 'evidence');
});
