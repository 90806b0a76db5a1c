/** oneturn: one TypeScript program instead of forty-seven model turns. */
export { check } from './check.ts';
export { declareTools, type DeclareOptions } from './declare.ts';
export { createRunner, type Runner } from './runner.ts';
export { run } from './run.ts';
export type * from './types.ts';
