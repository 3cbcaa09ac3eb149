import type {ByteRange, DeviceFacts} from '../../devices/device.ts';
import type {LuksFacts, LuksLayout} from '../../devices/drive/luks-facts.ts';
import {foreign, type Support, unsupported} from '../eraser.ts';
import {whyUnknown} from '../native/obstacles.ts';

/** What is known of a device whose keys can be thrown away, or why they cannot be. */
type Luks = {readonly luks: LuksFacts; readonly keyArea: ByteRange} | {readonly obstacle: Support};

const kinds: ReadonlySet<DeviceFacts['kind']> = new Set(['disk', 'partition', 'loop']);

/** What throwing away the keys of LUKS needs; what is not known is an obstacle. Pure. */
export const luksOf = (facts: DeviceFacts): Luks => {
	const {drive, kind} = facts;
	if (!drive?.luks) {
		const why = drive && whyUnknown(drive, 'luks');
		const obstacle =
			why === undefined
				? foreign('it has no LUKS header of its own')
				: unsupported(`its LUKS header is not known: ${why}`);
		return {obstacle};
	}

	if (!kinds.has(kind)) {
		return {obstacle: unsupported(`what lies underneath (${kind}) may keep copies of the header`)};
	}

	const {luks} = drive;
	const keyArea = luks.layout?.keyArea;
	const reason = facts.readOnly ? 'it is read-only' : obstacleOf(luks, facts);
	return reason === undefined && keyArea ? {luks, keyArea} : {obstacle: unsupported(reason ?? keysNotKnown)};
};

const keysNotKnown = 'where its keys stand is not known';

const obstacleOf = (luks: LuksFacts, facts: DeviceFacts): string | undefined => {
	const {layout} = luks;
	if (!layout) {
		return keysNotKnown;
	}

	const {requirements} = layout;
	if (requirements.length > 0) {
		return `its header asks for what may leave data in clear: ${requirements.join(', ')}`;
	}

	return segmentObstacle(layout) ?? strengthObstacle(luks) ?? areaObstacle(luks, facts);
};

/** What is in clear, or encrypted by somebody else, is not erased with the keys. */
const segmentObstacle = ({segments}: LuksLayout): string | undefined => {
	const [segment] = segments;
	if (!segment || segments.length > 1 || segment.type !== 'crypt' || !segment.isToEnd) {
		const types = segments.map(({type, isToEnd}) => (isToEnd ? type : `${type} of a fixed size`));
		return `not all of it is ciphertext of LUKS (${types.join(', ') || 'no segment'})`;
	}

	return segment.cipher === null || /^cipher_null\b/.test(segment.cipher)
		? `it is not encrypted (${segment.cipher ?? 'no cipher'})`
		: undefined;
};

/** ISO/IEC 27040, to which SP 800-88r2 section 3.2 refers. */
const leastBits = 128;

const strengthObstacle = ({cipher, keyBits}: LuksFacts): string | undefined => {
	// XTS has two keys of half the length.
	const bits = keyBits !== null && cipher?.includes('-xts-') ? keyBits / 2 : keyBits;
	return bits !== null && bits < leastBits
		? `its key of ${bits} bits is too weak to leave the ciphertext behind`
		: undefined;
};

const areaObstacle = (
	{layout, dataOffsetBytes}: LuksFacts,
	{totalBytes, logicalSectorBytes}: DeviceFacts,
): string | undefined => {
	const area = layout?.keyArea;
	if (!area || dataOffsetBytes === null) {
		return keysNotKnown;
	}

	if (dataOffsetBytes < area.offset + area.length || dataOffsetBytes > totalBytes) {
		return 'its data do not begin behind its header: they may be on another device';
	}

	return area.offset % logicalSectorBytes === 0 && area.length % logicalSectorBytes === 0
		? undefined
		: 'its keys do not stand in whole sectors';
};
