import {cp, mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import tmp from 'tmp';
import {$} from 'zx';

tmp.setGracefulCleanup();

const root = path.join(import.meta.dirname, '../..');

const restricted = 'lint/style/noRestrictedImports';

interface Planted {
	readonly file: string;
	readonly text: string;
	/** `null`: nothing may be found. */
	readonly rule: string | null;
}

const importing = (file: string, source: string, rule: string | null = restricted): Planted => ({
	file,
	text: `import {a} from '${source}';\n\nexport const b = a;\n`,
	rule,
});

const longFunction = (file: string, lines: number, rule: string | null): Planted => ({
	file,
	text: `export const f = () => {\n${'\tMath.random();\n\n'.repeat(lines)}};\n`,
	rule,
});

const floating = `const work = async () => 1;\n\nexport const f = () => {\n\twork();\n};\n`;
const misused = `const isReady = async () => true;\n\nexport const f = () => (isReady() ? 1 : 2);\n`;
const inexhaustive = `export const f = (it: 'a' | 'b') => {\n\tswitch (it) {\n\t\tcase 'a':\n\t\t\treturn 1;\n\t}\n};\n`;

const layers: readonly Planted[] = [
	importing('src/plan.ts', 'node:fs'),
	importing('src/recipe.ts', 'node:fs/promises'),
	importing('src/recipe/a.ts', 'node:child_process'),
	importing('src/report.ts', 'node:net'),
	importing('src/events.ts', 'node:http'),
	importing('src/errors.ts', 'node:os'),
	importing('src/progress.ts', 'node:timers/promises'),
	importing('src/certificate.ts', 'node:https'),
	importing('src/certificate/a.ts', 'node:crypto', null),
	importing('src/certificate/b.ts', 'node:zlib', null),
	importing('src/steps/a.ts', '../pipeline.ts'),
	importing('src/steps/b.ts', '../pipeline/task.ts'),
	importing('src/steps/c.ts', '../views/plain.ts'),
	importing('src/steps/d/e.ts', '../../fronts/http.ts'),
	importing('src/steps/f.ts', 'listr2'),
	importing('src/steps/g.ts', '../erasers/index.ts', null),
	importing('src/destinations/a.ts', '../pipeline.ts'),
	importing('src/destinations/b/c.ts', '../../commands/run.ts'),
	importing('src/destinations/d.ts', '../devices/device.ts', null),
	importing('src/views/a.ts', '../report.ts'),
	importing('src/views/b.ts', '../devices/device.ts'),
	importing('src/views/c.ts', '../events.ts', null),
	importing('src/views/d.ts', '../output.ts', null),
	importing('src/views/e.ts', './view.ts', null),
	importing('src/views/f/g.ts', '../../events.ts', null),
	importing('src/views/f/h.ts', '../../report.ts'),
	importing('src/views/f/i.ts', '../view.ts', null),
	importing('src/views/f/j.ts', '../../certificate.ts', null),
	importing('src/views/f/k.ts', '../../certificate/armor.ts', null),
	importing('src/commands/a.ts', 'listr2'),
	importing('src/commands/b.ts', 'execa'),
	importing('src/commands/c.ts', 'zx'),
	importing('src/pipeline.ts', 'listr2', null),
	importing('src/pipeline/a.ts', 'listr2', null),
	importing('src/pipeline/b.ts', 'execa'),
	importing('src/process.ts', 'execa', null),
	importing('src/process/a.ts', 'listr2'),
	importing('src/commands/d.ts', 'pdfkit'),
	importing('src/paper/a.ts', 'fontkit'),
	importing('src/paper/sheet.ts', 'pdfkit', null),
	importing('src/paper/typeface.ts', 'fontkit', null),
	importing('src/dev/a.ts', 'zx', null),
	importing('test/a.ts', 'zx', null),
	importing('test/b.ts', 'execa'),
];

const others: readonly Planted[] = [
	{
		file: 'src/cycle-a.ts',
		text: `import {b} from './cycle-b.ts';\n\nexport const a = () => b;\n`,
		rule: 'lint/suspicious/noImportCycles',
	},
	{
		file: 'src/cycle-b.ts',
		text: `import {a} from './cycle-a.ts';\n\nexport const b = () => a;\n`,
		rule: 'lint/suspicious/noImportCycles',
	},
	{file: 'src/floating.ts', text: floating, rule: 'lint/nursery/noFloatingPromises'},
	{file: 'src/misused.ts', text: misused, rule: 'lint/nursery/noMisusedPromises'},
	{file: 'src/inexhaustive.ts', text: inexhaustive, rule: 'lint/nursery/useExhaustiveSwitchCases'},
	{file: 'src/enum.ts', text: 'export enum E {\n\tA,\n}\n', rule: 'lint/style/noEnum'},
	{
		file: 'src/property.ts',
		text: 'export class C {\n\tconstructor(readonly a: string) {}\n}\n',
		rule: 'lint/style/noParameterProperties',
	},
	importing('src/extension.ts', './errors', 'lint/correctness/useImportExtensions'),
	longFunction('src/long.ts', 41, 'lint/complexity/noExcessiveLinesPerFunction'),
	longFunction('src/short.ts', 30, null),
	longFunction('test/long.ts', 41, null),
	{file: 'src/console.ts', text: `console.log('a');\n`, rule: 'lint/suspicious/noConsole'},
	{file: 'src/any.ts', text: 'export const a = (it: any) => it;\n', rule: 'lint/suspicious/noExplicitAny'},
	{file: 'src/default.ts', text: 'export default 1;\n', rule: 'lint/style/noDefaultExport'},
	{file: 'src/steps/default.ts', text: 'export default 1;\n', rule: null},
	{file: 'src/keys.ts', text: `export const a = process.env['PATH'];\n`, rule: null},
];

interface Diagnostic {
	readonly category: string;
	readonly location: {readonly path: string};
}

/** The project's own rules, over a tree that holds nothing but what was planted. */
const lint = async (planted: readonly Planted[]): Promise<readonly Diagnostic[]> => {
	const tree = tmp.dirSync({prefix: 'zeroize-lint-', unsafeCleanup: true}).name;
	for (const file of ['.biome.json', 'package.json']) {
		await cp(path.join(root, file), path.join(tree, file));
	}

	for (const {file, text} of planted) {
		await mkdir(path.dirname(path.join(tree, file)), {recursive: true});
		await writeFile(path.join(tree, file), text);
	}

	const biome = path.join(root, 'node_modules/.bin/biome');
	const {stdout} = await $({
		cwd: tree,
		nothrow: true,
		quiet: true,
	})`${biome} lint --reporter=json --max-diagnostics=none .`;
	return JSON.parse(stdout).diagnostics;
};

let diagnostics: readonly Diagnostic[] = [];

test.before(async () => {
	diagnostics = await lint([...layers, ...others]);
});

for (const {file, text, rule} of [...layers, ...others]) {
	const [firstLine] = text.split('\n');
	test(`${rule ?? 'nothing'} is found in ${file}: ${firstLine}`, t => {
		const found = diagnostics.filter(({location}) => location.path === file).map(({category}) => category);
		t.deepEqual([...new Set(found)], rule === null ? [] : [rule]);
	});
}
