import path from 'node:path';
import {toJsonSchema} from '@valibot/to-json-schema';
import * as v from 'valibot';
import {certificateSchema} from '../certificate.ts';
import {recipeSchema} from '../recipe.ts';
import {steps} from '../steps/index.ts';
import type {Step} from '../steps/step.ts';
import {type GeneratedFile, settle} from './generated.ts';
import {certificateFields} from './schema/certificate-fields.ts';

/** JSON Schema of a recipe file, for editors: https://json-schema.org/draft/2020-12/schema */
export const generateSchema = (known: readonly Step[]): GeneratedFile => {
	const schema = toJsonSchema(recipeSchema(known), {
		target: 'draft-2020-12',
		typeMode: 'input',
		ignoreActions: ['check'],
		// In input mode what stands behind a transformation is left out, descriptions too.
		overrideSchema: ({valibotSchema, jsonSchema}) => ({...jsonSchema, ...describe(valibotSchema)}),
	});
	const text = JSON.stringify({title: 'zeroize recipe', ...schema}, null, '\t');
	return {file: 'recipes/schema.json', text: `${text}\n`};
};

/** JSON Schema of a certificate, for systems that take them in. */
export const generateCertificateSchema = (): GeneratedFile => {
	const schema = toJsonSchema(certificateSchema, {
		target: 'draft-2020-12',
		overrideSchema: ({valibotSchema, jsonSchema}) => ({...jsonSchema, ...describe(valibotSchema)}),
	});
	const properties = Object.fromEntries(
		Object.entries(schema.properties ?? {}).map(([name, property]) => [
			name,
			{description: certificateFields[name], ...(property as object)},
		]),
	);
	const text = JSON.stringify(
		{title: 'zeroize certificate of sanitization', ...schema, properties},
		null,
		'\t',
	);
	return {file: 'schemas/certificate.json', text: `${text}\n`};
};

const describe = (schema: v.GenericSchema & {readonly wrapped?: v.GenericSchema}) => {
	const description = v.getDescription(schema) ?? (schema.wrapped && v.getDescription(schema.wrapped));
	return description === undefined ? {} : {description};
};

if (import.meta.main) {
	const root = path.join(import.meta.dirname, '../..');
	await settle(root, [generateSchema(steps), generateCertificateSchema()], {
		isCheck: process.argv.includes('--check'),
	});
}
