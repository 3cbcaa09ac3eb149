import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import packageJson from '../../package.json' with {type: 'json'};
import {certificateFields} from '../../src/dev/schema/certificate-fields.ts';
import {generateCertificateSchema, generateSchema} from '../../src/dev/schema.ts';
import {steps} from '../../src/steps/index.ts';

const root = path.join(import.meta.dirname, '../..');

interface StepSchema {
	readonly title: string;
	readonly description: string;
	readonly additionalProperties: boolean;
	readonly properties: Readonly<Record<string, {readonly const?: string; readonly description?: string}>>;
}

const stepSchemas = (): readonly StepSchema[] =>
	JSON.parse(generateSchema(steps).text).properties.steps.items.oneOf;

test('recipes/schema.json is what the steps make of it', async t => {
	const {file, text} = generateSchema(steps);
	t.is(await readFile(path.join(root, file), 'utf8'), text, `${file} is stale: npm run gen`);
});

test('it is JSON Schema 2020-12 and allows no unknown key', t => {
	const schema = JSON.parse(generateSchema(steps).text);
	t.is(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
	t.false(schema.additionalProperties);
	t.deepEqual(schema.required, ['name', 'title', 'summary', 'steps']);
});

test('every step is in it, with its summary and its options alone', t => {
	const schemas = stepSchemas();
	t.deepEqual(
		schemas.map(({title, description, properties}) => [title, properties['step']?.const, description]),
		steps.map(({name, summary}) => [name, name, summary]),
	);
	t.deepEqual(
		schemas.map(({properties}) => Object.keys(properties)),
		steps.map(({options}) => ['step', ...Object.keys(options)]),
	);
	t.true(schemas.every(({additionalProperties}) => additionalProperties === false));
});

test('every option is described for editors', t => {
	const bare = stepSchemas().flatMap(({title, properties}) =>
		Object.entries(properties).flatMap(([name, {description}]) =>
			name === 'step' || description ? [] : [`${title}.${name}`],
		),
	);
	t.deepEqual(bare, []);
});

test('schemas/certificate.json is what the certificate makes of it, and is published', async t => {
	const {file, text} = generateCertificateSchema();
	t.is(await readFile(path.join(root, file), 'utf8'), text, `${file} is stale: npm run gen`);
	t.true(packageJson.files.includes(path.dirname(file)));
	t.is(JSON.parse(text).$schema, 'https://json-schema.org/draft/2020-12/schema');
});

test('every field of a certificate is described, and nothing else is', t => {
	const {properties} = JSON.parse(generateCertificateSchema().text);
	t.deepEqual(Object.keys(certificateFields).sort(), Object.keys(properties).sort());
	t.true(Object.values<{description?: string}>(properties).every(({description}) => description));
});

test('signatures allow nothing beside what is signed', t => {
	const {signatures} = JSON.parse(generateCertificateSchema().text).properties;
	const entries = signatures.anyOf.flatMap(({prefixItems}: {prefixItems: unknown[]}) => prefixItems);
	t.is(entries.length, 3);
	t.true(entries.every((entry: {additionalProperties: boolean}) => entry.additionalProperties === false));
});
