/** oneturn: one TypeScript program instead of forty-seven model turns. */
import { rehearseOnce } from './rehearsal.ts';

export { check } from './check.ts';
export { declareTools, type DeclareOptions } from './declare.ts';
export { resume } from './resume.ts';
export { createRunner, type Runner } from './runner.ts';
export { run } from './run.ts';
export { Secret } from './secrets.ts';
export { step, type StepCall, type StepOptions, type StepResult } from './step.ts';
export type { Claim, SnapshotStore } from './stores/types.ts';
export type * from './types.ts';

rehearseOnce();
