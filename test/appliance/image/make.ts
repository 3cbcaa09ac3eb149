import {provideImages} from './images.ts';

const images = await provideImages(text => void process.stdout.write(`${text}\n`));
process.stdout.write(`${JSON.stringify(images, undefined, 2)}\n`);
