import test from 'ava';
import {printError} from '../../src/commands/command.ts';
import {SanitizeError} from '../../src/errors.ts';
import {surroundingsOf} from '../_helpers/main.ts';

test('nothing of an error acts on a terminal; its lines stay lines', t => {
	const {surroundings, stderr} = surroundingsOf();
	const error = new SanitizeError('USAGE', 'no "a\u001B[2J\u009B\u202E\r\u0000b"\nand\tno "ü"', {
		hint: 'did you mean "\u0007"?',
	});
	printError(surroundings.stderr, 'reading "\u001B]0;x"', error);
	t.is(stderr.text(), 'zeroize: reading "?]0;x": no "a?[2J????b"\nand\tno "ü"\nhint: did you mean "?"?\n');
});
