import type {Device} from '../devices/device.ts';

/** How a call to a device ended. */
export type Answer = 'done' | 'failed';

/** Every member, so that none is forgotten once a device has more of them. */
type Whole<Of> = {readonly [Key in keyof Required<Of>]: Of[Key]};

/** The same device; says of each read, write and sync that it was answered, an error included. A look at the node is none: the kernel answers that by itself. */
export const answeringDevice = (device: Device, onAnswer: (answer: Answer) => void): Device => {
	const told = async <Result>(call: Promise<Result>): Promise<Result> => {
		try {
			const result = await call;
			onAnswer('done');
			return result;
		} catch (error) {
			onAnswer('failed');
			throw error;
		}
	};
	const whole: Whole<Device> = {
		facts: device.facts,
		node: device.node,
		openNode: device.openNode,
		isDirect: device.isDirect,
		read: async (position, buffer) => told(device.read(position, buffer)),
		write: async (position, buffer) => told(device.write(position, buffer)),
		sync: async () => told(device.sync()),
		inspect: async () => device.inspect(),
		countWrites: device.countWrites && (async () => (await device.countWrites?.()) ?? null),
		[Symbol.asyncDispose]: async () => device[Symbol.asyncDispose](),
	};
	return whole;
};
