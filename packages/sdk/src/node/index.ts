export * from './file-storage.ts';
