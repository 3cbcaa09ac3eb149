import type {CertificateDetails, Person} from '../plan.ts';
import type {RecipeStep} from '../recipe.ts';

const nobody: Person = {name: null, title: null, date: null, location: null, contact: null};

/** What the recipe says for the certificate; the media come from the host by default. */
export const certificateDetails = (
	steps: readonly RecipeStep[],
	hostname: string,
	nonce: string | undefined,
): CertificateDetails => {
	const options = steps.find(({step}) => step === 'issue-certificate')?.options ?? {};
	const {
		assetTag = null,
		mediaSource = null,
		performedBy,
		validatedBy,
	} = options as Partial<CertificateDetails>;
	return {
		assetTag,
		mediaSource: mediaSource ?? hostname,
		performedBy: {...nobody, ...performedBy},
		validatedBy: {...nobody, ...validatedBy},
		...(nonce !== undefined && {nonce}),
	};
};
