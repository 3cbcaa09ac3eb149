/** What zeroize sets on a drive, as the user password, for ATA Security Erase: known to everybody, so that nobody is ever locked out. */
export const ourPassword = 'zeroize';

const user = ['--user-master', 'u'] as const;

/** The commands by which the password is set and taken off: arguments of hdparm. */
export const passwordCommands = {
	set: (node: string) => [...user, '--security-set-pass', ourPassword, node],
	unlock: (node: string) => [...user, '--security-unlock', ourPassword, node],
	disable: (node: string) => [...user, '--security-disable', ourPassword, node],
	erase: (node: string, isEnhanced: boolean) => [
		...user,
		isEnhanced ? '--security-erase-enhanced' : '--security-erase',
		ourPassword,
		node,
	],
} as const;

/** What a person types to take it off. */
export const recoveryLines = (node: string): string =>
	[passwordCommands.unlock(node), passwordCommands.disable(node)]
		.map(args => ['hdparm', ...args].join(' '))
		.join(' && ');
