/**
What hdparm says of an answer that did not get through; `undefined` where nothing is wrong.

It ends with 0 all the same and takes the registers for zeros: a command that the drive refused counts as given, and a sanitize that runs or has failed as `SD0 Sanitize Idle`. So it is with sense data of the fixed format, which the kernel's libata gives for errors and many USB bridges for everything (sgio.c of hdparm 9.65, `sg16`).
*/
export const lostAnswer = (text: string): string | undefined =>
	/^SG_IO: (?:bad\/missing|questionable|missing) sense data\b/m.test(text)
		? 'the answer of the drive was an error, or did not get through (sense data that hdparm cannot read)'
		: undefined;
