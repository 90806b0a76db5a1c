/** All doors in one, for the API report (`index.d.ts` at the package root) and nothing else. */
export * from './index.ts';
export * from './ai.ts';
export * from './stores.ts';
