export default {extensions: ['ts'], workerThreads: false, files: ['test/**/*.ts']};
